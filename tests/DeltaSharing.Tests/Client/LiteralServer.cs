using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tideway.DeltaSharing.Tests.Client;

/// <summary>A server that sends what a test says, byte for byte, whatever it is asked, and then ends the connection.</summary>
internal sealed class LiteralServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly Func<Stream, CancellationToken, Task> answer;
    private readonly Task accepting;

    private LiteralServer(Func<Stream, CancellationToken, Task> answer)
    {
        this.answer = answer;
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    /// <summary>Sends this text.</summary>
    public static LiteralServer Of(string text) => new((stream, token) => stream.WriteAsync(Encoding.Latin1.GetBytes(text), token).AsTask());

    /// <summary>Sends the first text and then the second without end.</summary>
    public static LiteralServer Endless(string first, string then) =>
        new(
            async (stream, token) =>
            {
                await stream.WriteAsync(Encoding.Latin1.GetBytes(first), token);
                var bytes = Encoding.Latin1.GetBytes(then);
                while (true)
                    await stream.WriteAsync(bytes, token);
            }
        );

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Stop();
        await accepting;
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ServeAsync(await listener.AcceptTcpClientAsync(end.Token)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test is over.
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                await ReadHeadAsync(stream);
                await answer(stream, end.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException)
            {
                // The client has left, or the test is over.
            }
        }
    }

    private async Task ReadHeadAsync(Stream stream)
    {
        var last = 0u;
        var one = new byte[1];
        while (last != 0x0d0a0d0a && await stream.ReadAsync(one, end.Token) > 0)
            last = (last << 8) | one[0];
    }
}
