using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Client;
using static Tideway.DeltaSharing.Tests.Client.FakeAnswers;

namespace Tideway.DeltaSharing.Tests.Client;

/// <summary>Checksums of whole files, where the store tells one.</summary>
public sealed class DownloadChecksumTests : IAsyncLifetime
{
    private const int Middle = 300_000;
    private readonly byte[] content = new byte[1_000_003];
    private readonly string folder = Directory.CreateTempSubdirectory("tideway-checksum-").FullName;
    private FakeServer server = null!;

    private string Destination => Path.Combine(folder, "file.parquet");

    public async ValueTask InitializeAsync()
    {
        new Random(7).NextBytes(content);
        server = await FakeServer.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("Content-MD5: {md5}")]
    [InlineData("x-goog-hash: md5={md5}")]
    [InlineData("x-goog-hash: crc32c={crc32c},md5={md5}")]
    [InlineData("x-goog-hash: crc32c={crc32c}")]
    [InlineData("x-amz-checksum-sha256: {sha256}")]
    public async Task A_file_with_the_checksum_that_its_store_tells_is_kept_and_one_with_a_flipped_byte_is_not(string header)
    {
        server.Handler = (context, _) => ServeAsync(context, content, header);
        (await DownloadAsync()).Attempts.ShouldBe(1);
        (await System.IO.File.ReadAllBytesAsync(Destination)).ShouldBe(content);
        System.IO.File.Delete(Destination);
        server.Requests.Clear();
        server.Handler = (context, _) => ServeAsync(context, Flipped(Middle), header);

        var failure = await FailsAsync(DownloadAsync, DeltaSharingError.ChecksumMismatch);

        failure.Message.ShouldMatch("/files/file.parquet.*expected the (MD5|CRC-32C|SHA-256) [0-9a-f]{8,64}, got [0-9a-f]{8,64}");
        failure.RequestId.ShouldBe("req-7");
        server.Requests.Count.ShouldBe(2);
        Directory.GetFiles(folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_that_was_damaged_on_its_way_is_asked_for_once_more_from_its_beginning()
    {
        server.Handler = (context, number) => ServeAsync(context, number == 0 ? Flipped(Middle) : content, "Content-MD5: {md5}");

        (await DownloadAsync()).Attempts.ShouldBe(2);

        (await System.IO.File.ReadAllBytesAsync(Destination)).ShouldBe(content);
        server.Requests.ShouldAllBe(request => request.Headers.Range.Count == 0);
    }

    [Theory]
    [InlineData("Content-MD5: {wrong}", "")]
    [InlineData("Content-MD5: ", "{md5}")]
    [InlineData("x-goog-hash: md5=", "{md5}")]
    [InlineData("x-goog-hash: crc32c=", "{crc32c}")]
    [InlineData("x-amz-checksum-sha256: ", "{sha256}")]
    public async Task A_checksum_that_is_none_is_ignored(string header, string kind)
    {
        foreach (var value in kind.Length == 0 ? ["", "x", "!!!!", "AAAA", "AAECAw"] : new[] { "", $"{kind}-3", $"{kind}x", $"\"{kind}\"" })
        {
            server.Handler = (context, _) =>
                ServeAsync(context, Flipped(1), header.Replace("{wrong}", value, StringComparison.Ordinal) + (kind.Length == 0 ? "" : value));

            (await DownloadAsync()).Attempts.ShouldBe(1);
        }
    }

    [Theory]
    [InlineData("x-amz-checksum-sha256: {sha256}", "x-amz-checksum-type: COMPOSITE")]
    [InlineData("x-goog-hash: md5={md5}", "x-goog-stored-content-encoding: gzip")]
    public async Task A_checksum_of_something_else_than_the_file_as_it_comes_is_ignored(string header, string what)
    {
        server.Handler = (context, _) => ServeAsync(context, Flipped(1), header, what);

        (await DownloadAsync()).Attempts.ShouldBe(1);
    }

    [Theory]
    [InlineData("Content-MD5: {md5}")]
    [InlineData("x-goog-hash: md5={md5}")]
    [InlineData("x-goog-hash: crc32c={crc32c}")]
    [InlineData("x-amz-checksum-sha256: {sha256}")]
    public async Task A_download_that_is_resumed_is_verified_whole(string header)
    {
        // What the answers to ranges tell is of the ranges.
        const string OfRange = "Content-MD5: AAAAAAAAAAAAAAAAAAAAAA==";
        server.Handler = (context, number) =>
            number < 2 ? ServeAsync(context, content, number == 0 ? header : OfRange, breakAfter: Middle) : ServeAsync(context, content, OfRange);
        (await DownloadAsync()).Attempts.ShouldBe(3);
        (await System.IO.File.ReadAllBytesAsync(Destination)).ShouldBe(content);

        // Damage on either side of the break is found, and the file brought once more.
        foreach (var damaged in new[] { 0, 1 })
        {
            var first = server.Requests.Count;
            server.Handler = (context, number) =>
                (number - first) switch
                {
                    0 => ServeAsync(context, damaged == 0 ? Flipped(1) : content, header, breakAfter: Middle),
                    1 => ServeAsync(context, damaged == 1 ? Flipped(content.Length - 1) : content, OfRange),
                    _ => ServeAsync(context, content, header),
                };
            (await DownloadAsync()).Attempts.ShouldBe(3);
            (await System.IO.File.ReadAllBytesAsync(Destination)).ShouldBe(content);
        }
    }

    [Fact]
    public async Task A_file_that_is_begun_anew_is_verified_by_what_its_own_answer_tells()
    {
        var another = Flipped(5);
        server.Handler = (context, number) =>
            number == 0
                ? ServeAsync(context, another, $"Content-MD5: {Md5(another)}", breakAfter: Middle)
                : ServeAsync(context, content, "Content-MD5: {md5}", ranges: false);

        (await DownloadAsync()).Attempts.ShouldBe(2);

        (await System.IO.File.ReadAllBytesAsync(Destination)).ShouldBe(content);
    }

    [Fact]
    public async Task An_empty_file_is_verified_too()
    {
        server.Handler = (context, number) => ServeAsync(context, [], number == 0 ? "Content-MD5: {md5}" : $"Content-MD5: {Md5([])}");

        (await server.Downloader().DownloadAsync(new Uri(server.Address, "files/file.parquet"), Destination, 0)).Attempts.ShouldBe(2);
    }

    private Task<Tideway.DeltaSharing.Client.Downloads.Download> DownloadAsync() =>
        server.Downloader().DownloadAsync(new Uri(server.Address, "files/file.parquet?sig=s3cr3t"), Destination, content.Length);

    // The headers tell the checksums of the content, whatever is served.
    private async Task ServeAsync(HttpContext context, byte[] served, string header, string? more = null, int? breakAfter = null, bool ranges = true)
    {
        var from = 0;
        if (ranges && context.Request.Headers.Range.ToString() is { Length: > 0 } range)
        {
            from = int.Parse(range["bytes=".Length..^1]);
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{served.Length - 1}/{served.Length}";
        }

        foreach (var line in new[] { header, more, "x-request-id: req-7" }.OfType<string>())
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            context.Response.Headers[line[..colon]] = line[(colon + 1)..]
                .Trim()
                .Replace("{md5}", Md5(content), StringComparison.Ordinal)
                .Replace("{crc32c}", Crc32C(content), StringComparison.Ordinal)
                .Replace("{sha256}", Convert.ToBase64String(SHA256.HashData(content)), StringComparison.Ordinal);
        }

        context.Response.ContentLength = served.Length - from;
        await context.Response.Body.WriteAsync(served.AsMemory(from, Math.Min(breakAfter ?? int.MaxValue, served.Length - from)));
        await context.Response.Body.FlushAsync();
    }

    private byte[] Flipped(int at)
    {
        var flipped = (byte[])content.Clone();
        flipped[at] ^= 1;
        return flipped;
    }

#pragma warning disable CA5351 // What stores tell.
    private static string Md5(byte[] bytes) => Convert.ToBase64String(MD5.HashData(bytes));
#pragma warning restore CA5351

    // Bit by bit, as the polynomial is defined.
    private static string Crc32C(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78);
        }

        var big = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(big, ~crc);
        return Convert.ToBase64String(big);
    }
}
