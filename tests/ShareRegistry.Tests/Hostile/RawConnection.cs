using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Tideway.ShareRegistry.Tests.Hostile;

/// <summary>A connection on which anything can be sent.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private RawConnection() { }

    public static async Task<RawConnection> OpenAsync(Uri server, int? receiveBufferBytes = null)
    {
        var connection = new RawConnection();
        if (receiveBufferBytes is { } size)
            connection.socket.ReceiveBufferSize = size;
        try
        {
            await connection.socket.ConnectAsync(server.Host, server.Port, TestContext.Current.CancellationToken);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await socket.SendAsync(bytes, TestContext.Current.CancellationToken)..];
    }

    /// <summary>Sends until the server has ended the connection or answered, or enough was sent; returns how much.</summary>
    public async Task<long> PushAsync(ReadOnlyMemory<byte> bytes, Task until, long most)
    {
        var sent = 0L;
        try
        {
            while (sent < most && !until.IsCompleted)
            {
                await SendAsync(bytes);
                sent += bytes.Length;
            }
        }
        catch (SocketException)
        {
            // The server has closed the connection.
        }

        return sent;
    }

    /// <summary>The status of the next answer, of which all that has come is read; null where the connection ended without one.</summary>
    public async Task<int?> ReadStatusAsync()
    {
        var buffer = new byte[4096];
        var read = await ReceiveAsync(buffer);
        if (read == 0)
            return null;
        var line = Encoding.Latin1.GetString(buffer, 0, read);
        line.ShouldStartWith("HTTP/1.1 ");
        return int.Parse(line.AsSpan("HTTP/1.1 ".Length, 3), CultureInfo.InvariantCulture);
    }

    /// <summary>All that comes until the server ends the connection.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var text = new StringBuilder();
        var buffer = new byte[64 * 1024];
        while (await ReceiveAsync(buffer) is > 0 and var read)
            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        return text.ToString();
    }

    public void Dispose() => socket.Dispose();

    private async Task<int> ReceiveAsync(byte[] buffer)
    {
        try
        {
            return await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
        }
        catch (SocketException)
        {
            // Ended by the server with more of ours on the way.
            return 0;
        }
    }
}
