using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Server.Answers;
using ZstdSharp;

namespace Tideway.DeltaSharing.Tests.Server;

public sealed class KeptAnswerTests : IAsyncLifetime
{
    private ProtocolHost host = null!;
    private KeptLines kept = null!;
    private long room = long.MaxValue;
    private string metadata = "m";
    private int made;

    public async ValueTask InitializeAsync()
    {
        kept = new KeptLines(
            (_, more) =>
            {
                if (more > room)
                    return false;
                room -= more;
                return true;
            }
        );
        host = await ProtocolHost.StartAsync(group =>
            group.MapGet(
                "/lines/{count:int}",
                (int count, string? end = null) =>
                    new TableAnswer
                    {
                        TableVersion = 5,
                        Protocol = new ProtocolLine { MinReaderVersion = 1 },
                        Metadata = new MetadataLine { Id = metadata, SchemaString = "{}" },
                        Body = (writer, token) => WriteAsync(writer, count, token),
                        Kept = kept,
                        EndStream = end is null ? null : () => new EndStreamLine { RefreshToken = end },
                    }
            )
        );
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData("gzip", 2000)]
    [InlineData("zstd", 2000)]
    [InlineData("gzip", 20)]
    [InlineData("zstd", 20)]
    public async Task An_answer_that_is_kept_is_one_stream_with_whatever_last_line(string coding, int count)
    {
        var texts = new List<string>();
        foreach (var end in new[] { "", "?end=one", "", "?end=two" })
            texts.Add(await ReadAsync($"lines/{count}{end}", coding));

        made.ShouldBe(1);
        var lines = texts[0];
        texts[2].ShouldBe(lines);
        texts[1].ShouldBe(lines + "{\"endStreamAction\":{\"refreshToken\":\"one\"}}\n");
        texts[3].ShouldBe(lines + "{\"endStreamAction\":{\"refreshToken\":\"two\"}}\n");
    }

    [Theory]
    [InlineData(ContentCoding.Gzip)]
    [InlineData(ContentCoding.Zstd)]
    public void A_last_line_longer_than_a_block_is_put_there_in_pieces(ContentCoding coding)
    {
        var (lines, end) = (Enumerable.Range(0, 50_000).Select(i => (byte)(i / 7)).ToArray(), new byte[300_000]);
        new Random(1).NextBytes(end);
        using var encoder = new PortionEncoder(coding, mostKept: long.MaxValue);
        encoder.Encode(lines);

        var taken = encoder.Take([]).ShouldNotBeNull();

        Decode([.. taken.Bytes, .. taken.Close(end)], coding == ContentCoding.Gzip).AsSpan().SequenceEqual([.. lines, .. end]).ShouldBeTrue();
    }

    [Theory]
    [InlineData(ContentCoding.Gzip)]
    [InlineData(ContentCoding.Zstd)]
    public void What_is_too_long_to_be_kept_is_sent_whole(ContentCoding coding)
    {
        var lines = new byte[100_000];
        new Random(1).NextBytes(lines);
        using var encoder = new PortionEncoder(coding, mostKept: 50_000);
        // What a portion became is good until the next call.
        var sent = encoder.Encode(lines.AsSpan(0, 40_000)).ToArray();
        sent = [.. sent, .. encoder.Encode(lines.AsSpan(40_000)).Span];

        encoder.Take([]).ShouldBeNull();

        Decode([.. sent, .. encoder.End().Span], coding == ContentCoding.Gzip).AsSpan().SequenceEqual(lines).ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_kept_is_of_one_beginning_and_one_encoding()
    {
        var first = await ReadAsync("lines/2000", "gzip");
        await ReadAsync("lines/2000", "zstd");
        metadata = "another";
        var second = await ReadAsync("lines/2000", "gzip");

        made.ShouldBe(3);
        second.ShouldBe(first.Replace("\"id\":\"m\"", "\"id\":\"another\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_there_is_no_room_nothing_is_kept()
    {
        room = 0;

        (await ReadAsync("lines/2000", "gzip")).ShouldBe(await ReadAsync("lines/2000", "gzip"));

        made.ShouldBe(2);
    }

    [Fact]
    public async Task Small_answers_and_plain_ones_are_not_kept_encoded()
    {
        foreach (var _ in Enumerable.Range(0, 2))
        {
            await host.Client.GetStringAsync("lines/1");
            using var small = await SendAsync("lines/1", "gzip");
            small.Content.Headers.ContentEncoding.ShouldBeEmpty();
        }

        made.ShouldBe(4);
        room.ShouldBe(long.MaxValue);
    }

    private async ValueTask WriteAsync(AnswerWriter writer, int count, CancellationToken cancellationToken)
    {
        made++;
        for (var i = 0; i < count; i++)
            await writer.WriteAsync(
                new FileLine
                {
                    Url = $"https://store.example.org/table/part-{i:D5}.parquet?sig={i * 7919}",
                    Id = $"id-{i}",
                    Size = i,
                },
                cancellationToken
            );
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string coding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.AcceptEncoding.ParseAdd(coding);
        return await host.Client.SendAsync(request);
    }

    private async Task<string> ReadAsync(string path, string coding)
    {
        using var response = await SendAsync(path, coding);
        response.Content.Headers.ContentEncoding.ShouldBe([coding]);
        return Encoding.UTF8.GetString(Decode(await response.Content.ReadAsByteArrayAsync(), coding == "gzip"));
    }

    private static byte[] Decode(byte[] bytes, bool isGzip)
    {
        using Stream decoder = isGzip ? new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress) : new DecompressionStream(new MemoryStream(bytes));
        using var decoded = new MemoryStream();
        decoder.CopyTo(decoded);
        if (isGzip)
        {
            // They are of the whole only where there is one member.
            var trailer = bytes.AsSpan()[^8..];
            BinaryPrimitives.ReadUInt32LittleEndian(trailer).ShouldBe(Crc32.Append(0, decoded.ToArray()));
            BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]).ShouldBe((uint)decoded.Length);
        }
        else
        {
            bytes.AsSpan(4).IndexOf(bytes.AsSpan(0, 4)).ShouldBe(-1, "one frame");
        }

        return decoded.ToArray();
    }
}
