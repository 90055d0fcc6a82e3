using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tideway.Benchmarks.Query;

/// <summary>
/// Sends the same request over and over on some connections and reads every answer to its end. It looks at no more of an answer than its length, so that the
/// figures are those of the server, not of a client library.
/// </summary>
internal sealed class HttpLoad(Uri url, string method, string? token, string body)
{
    private const int BufferBytes = 256 * 1024;

    private static readonly byte[] HeadEnd = "\r\n\r\n"u8.ToArray();
    private static readonly byte[] LastChunk = "0\r\n\r\n"u8.ToArray();

    /// <summary>Answers a second, and the medians of the times to the first byte of an answer and to its last.</summary>
    public async Task<LoadFigures> RunAsync(int connections, int answersEach, CancellationToken cancellationToken)
    {
        var clients = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => ConnectAsync(cancellationToken)));
        try
        {
            var start = Stopwatch.GetTimestamp();
            var answers = (await Task.WhenAll(clients.Select(client => Task.Run(() => RepeatAsync(client, answersEach, cancellationToken), cancellationToken))))
                .SelectMany(all => all)
                .ToList();
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            return new LoadFigures(
                answers.Count / seconds,
                Rounds.Median(answers.Select(answer => answer.First.TotalMilliseconds)),
                Rounds.Median(answers.Select(answer => answer.Whole.TotalMilliseconds)),
                answers[0].Bytes
            );
        }
        finally
        {
            foreach (var client in clients)
                client.Dispose();
        }
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, url.Port, cancellationToken);
        return socket;
    }

    private async Task<List<Answer>> RepeatAsync(Socket socket, int count, CancellationToken cancellationToken)
    {
        var authorization = token is null ? "" : $"Authorization: Bearer {token}\r\n";
        var request = Encoding.ASCII.GetBytes(
            $"{method} {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\n{authorization}Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"
        );
        var buffer = new byte[BufferBytes];
        var answers = new List<Answer>();
        for (var i = 0; i < count; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await socket.SendAsync(request, cancellationToken);
            answers.Add(await ReadAsync(socket, buffer, start, cancellationToken));
        }

        return answers;
    }

    private static async Task<Answer> ReadAsync(Socket socket, byte[] buffer, long start, CancellationToken cancellationToken)
    {
        var read = 0;
        int head;
        do
        {
            read += await ReceiveAsync(socket, buffer.AsMemory(read), cancellationToken);
            head = buffer.AsSpan(0, read).IndexOf(HeadEnd);
        } while (head < 0);

        var first = Stopwatch.GetElapsedTime(start);
        var headers = Encoding.ASCII.GetString(buffer, 0, head);
        if (!headers.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
            throw new InvalidOperationException($"Expected status 200, got: {headers}");
        var bytes = (long)read - head - HeadEnd.Length;
        if (LengthOf(headers) is { } length)
        {
            while (bytes < length)
                bytes += await ReceiveAsync(socket, buffer, cancellationToken);
            return new Answer(first, Stopwatch.GetElapsedTime(start), bytes);
        }

        // No body holds a carriage return: the last chunk is told by its bytes.
        var tail = buffer.AsMemory(0, read).ToArray().AsMemory()[^Math.Min(read, LastChunk.Length)..].ToArray();
        while (!tail.AsSpan().EndsWith(LastChunk))
        {
            var count = await ReceiveAsync(socket, buffer, cancellationToken);
            bytes += count;
            tail = count >= LastChunk.Length ? buffer[(count - LastChunk.Length)..count] : [.. tail[Math.Min(count, tail.Length)..], .. buffer[..count]];
        }

        return new Answer(first, Stopwatch.GetElapsedTime(start), bytes);
    }

    private static async Task<int> ReceiveAsync(Socket socket, Memory<byte> buffer, CancellationToken cancellationToken) =>
        await socket.ReceiveAsync(buffer, cancellationToken) is > 0 and var count
            ? count
            : throw new IOException("The server closed the connection within an answer.");

    private static long? LengthOf(string headers)
    {
        foreach (var line in headers.Split("\r\n"))
        {
            if (line.StartsWith("content-length:", StringComparison.OrdinalIgnoreCase))
                return long.Parse(line["content-length:".Length..], CultureInfo.InvariantCulture);
        }

        return null;
    }

    private readonly record struct Answer(TimeSpan First, TimeSpan Whole, long Bytes);
}

/// <summary>What came of a load.</summary>
internal sealed record LoadFigures(double AnswersPerSecond, double FirstByteMs, double WholeMs, long Bytes);
