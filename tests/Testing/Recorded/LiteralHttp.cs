using System.Globalization;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;

namespace Tideway.Testing.Recorded;

/// <summary>HTTP/1.1 over a socket, so that every byte of a request is that of the client.</summary>
public static class LiteralHttp
{
    private const int LongestHead = 64 * 1024;

    /// <summary>Sends a request on a connection of its own and reads the answer.</summary>
    public static Task<RecordedAnswer> SendAsync(string host, int port, RecordedRequest request, CancellationToken cancellationToken) =>
        SendAsync(host, port, request, null, cancellationToken);

    /// <summary>The same for clients that unpack zstd too, by <paramref name="zstd"/>.</summary>
    public static async Task<RecordedAnswer> SendAsync(
        string host,
        int port,
        RecordedRequest request,
        Func<Stream, Stream>? zstd,
        CancellationToken cancellationToken
    )
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host, port, cancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync(request.ToBytes(), cancellationToken);
        return await ReadAsync(stream, request.Method == "HEAD", zstd, cancellationToken);
    }

    /// <summary>Reads an answer.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="isHead">Whether there is no body whatever the headers say.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static Task<RecordedAnswer> ReadAsync(Stream stream, bool isHead, CancellationToken cancellationToken) =>
        ReadAsync(stream, isHead, null, cancellationToken);

    private static async Task<RecordedAnswer> ReadAsync(Stream stream, bool isHead, Func<Stream, Stream>? zstd, CancellationToken cancellationToken)
    {
        var head = await ReadHeadAsync(stream, cancellationToken);
        var lines = head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        var headers = lines.Skip(1).Select(line => line.Split(':', 2)).Select(pair => (pair[0], pair[1].Trim())).ToList();
        var answer = new RecordedAnswer(status, headers, []);
        if (isHead || status is 204 or 304)
            return answer;
        var body =
            answer.Header("Transfer-Encoding") == "chunked" ? await ReadChunksAsync(stream, cancellationToken)
            : answer.Header("Content-Length") is { } length ? await ReadExactlyAsync(stream, int.Parse(length, CultureInfo.InvariantCulture), cancellationToken)
            : await ReadToEndAsync(stream, cancellationToken);
        return answer with { Body = Unpack(body, answer.Header("Content-Encoding"), zstd) };
    }

    private static async Task<string> ReadHeadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head.Count < 4 || !(head[^4] == '\r' && head[^3] == '\n' && head[^2] == '\r' && head[^1] == '\n'))
        {
            if (head.Count == LongestHead || await stream.ReadAsync(one, cancellationToken) == 0)
                throw new EndOfStreamException($"The head of an answer was expected, got '{Encoding.Latin1.GetString([.. head])}'.");
            head.Add(one[0]);
        }

        return Encoding.Latin1.GetString([.. head]);
    }

    private static async Task<byte[]> ReadChunksAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        while (true)
        {
            var size = int.Parse(await ReadLineAsync(stream, cancellationToken), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            body.Write(await ReadExactlyAsync(stream, size, cancellationToken));
            await ReadLineAsync(stream, cancellationToken);
            if (size == 0)
                return body.ToArray();
        }
    }

    private static async Task<string> ReadLineAsync(Stream stream, CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (true)
        {
            await stream.ReadExactlyAsync(one, cancellationToken);
            if (one[0] == '\n')
                return line.ToString().TrimEnd('\r');
            line.Append((char)one[0]);
        }
    }

    private static async Task<byte[]> ReadExactlyAsync(Stream stream, int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    private static async Task<byte[]> ReadToEndAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await stream.CopyToAsync(body, cancellationToken);
        return body.ToArray();
    }

    /// <summary>A body as the client sees it, which unpacks it by its Content-Encoding.</summary>
    public static byte[] Unpack(byte[] body, string? encoding, Func<Stream, Stream>? zstd)
    {
        using var packed = new MemoryStream(body);
        using Stream plain = encoding switch
        {
            null => packed,
            "gzip" => new GZipStream(packed, CompressionMode.Decompress),
            "deflate" => new ZLibStream(packed, CompressionMode.Decompress),
            "br" => new BrotliStream(packed, CompressionMode.Decompress),
            "zstd" when zstd is not null => zstd(packed),
            _ => throw new InvalidDataException($"An answer was expected that these clients can unpack, got one packed as {encoding}."),
        };
        using var unpacked = new MemoryStream();
        plain.CopyTo(unpacked);
        return unpacked.ToArray();
    }
}
