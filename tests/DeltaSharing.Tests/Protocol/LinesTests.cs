using System.IO.Pipelines;
using System.Text;
using FsCheck.Fluent;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Protocol;

public sealed class LinesTests
{
    private static readonly SharingLine[] AllKinds =
    [
        new ProtocolLine { MinReaderVersion = 1 },
        new MetadataLine
        {
            Id = "m",
            Name = "flights",
            Description = "d",
            SchemaString = """{"type":"struct","fields":[]}""",
            PartitionColumns = ["p"],
            Configuration = new Dictionary<string, string> { ["delta.enableChangeDataFeed"] = "true" },
            Version = 3,
            Size = 1L << 40,
            NumFiles = 7,
            Location = "s3://b/t",
            AuxiliaryLocations = ["s3://b/u"],
            AccessModes = ["url"],
        },
        new FileLine
        {
            Url = "https://h/f?sp=r&sig=a_b-c",
            Id = "f",
            PartitionValues = new Dictionary<string, string?> { ["p"] = "\u65e5 'x' \"y\"", ["q"] = null },
            Size = 5,
            Stats = """{"numRecords":1}""",
            Version = 1,
            Timestamp = 2,
            ExpirationTimestamp = 3,
        },
        new AddLine
        {
            Url = "https://h/a",
            Id = "a",
            Size = 1,
            Version = 2,
            Timestamp = 3,
            Stats = "{}",
        },
        new CdfLine
        {
            Url = "https://h/c",
            Id = "c",
            Size = 1,
            Version = 2,
            Timestamp = 3,
        },
        new RemoveLine
        {
            Url = "https://h/r",
            Id = "r",
            Size = 1,
            Version = 2,
            Timestamp = 3,
            ExpirationTimestamp = 4,
        },
        new EndStreamLine
        {
            RefreshToken = "r",
            NextPageToken = "n",
            MinUrlExpirationTimestamp = 1,
            ErrorMessage = "e",
            HttpStatusErrorCode = 500,
        },
    ];

    [Fact]
    public async Task Every_kind_of_line_makes_the_round_trip()
    {
        var text = await WriteAsync(AllKinds);

        text.Count(c => c == '\n').ShouldBe(AllKinds.Length);
        var read = await ReadAsync(text);
        read.Count.ShouldBe(AllKinds.Length);
        read.Select(line => line.GetType()).ShouldBe(AllKinds.Select(line => line.GetType()));
        (await WriteAsync([.. read])).ShouldBe(text);
        var file = (FileLine)read[2];
        file.PartitionValues.ShouldBe(((FileLine)AllKinds[2]).PartitionValues);
        file.ExpirationTimestamp.ShouldBe(3);
    }

    [Fact]
    public async Task Lines_have_the_fields_of_the_protocol_and_no_others()
    {
        var text = await WriteAsync(
            new ProtocolLine { MinReaderVersion = 1 },
            new MetadataLine { Id = "m", SchemaString = "{}" },
            new FileLine
            {
                Url = "https://h/f?a=1&b=2",
                Id = "f",
                Size = 5,
            }
        );

        Objects(text)
            .ShouldBe(
                Objects(
                    """
                    {"protocol":{"minReaderVersion":1}}
                    {"metaData":{"id":"m","format":{"provider":"parquet"},"schemaString":"{}","partitionColumns":[]}}
                    {"file":{"url":"https://h/f?a=1&b=2","id":"f","partitionValues":{},"size":5}}
                    """
                )
            );
        text.ShouldContain("a=1&b=2");
    }

    [Fact]
    [ProtocolRule("REST APIs", "Fields that are not known are ignored", Served = "by our client too, and so are unknown kinds of lines")]
    public async Task Unknown_fields_and_unknown_kinds_of_lines_are_ignored()
    {
        var read = await ReadAsync(
            """
            {"protocol":{"minReaderVersion":1,"new":[{}]}}

            {"somethingNew":{"file":{"url":1}}}
            {}
            {"file":{"url":"https://h/f","id":"f","size":"5","tags":{"a":1}}}
            """
        );

        read.Count.ShouldBe(2);
        read[1].ShouldBeOfType<FileLine>().Size.ShouldBe(5);
        ((FileLine)read[1]).PartitionValues.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("""{"file":null}{}""")]
    [InlineData("""{"file":{"url":"u","id":"i"}}""")]
    [InlineData("""{"file":{"url":null,"id":"i","size":1}}""")]
    [InlineData("""{"file":{"url":"u","id":"i","size":-}}""")]
    [InlineData("""{"file":"text"}""")]
    [InlineData("""{"add":{"url":"u","id":"i","size":1,"version":1}}""")]
    [InlineData("""{"protocol":{}}""")]
    [InlineData("""{"metaData":{"id":"m"}}""")]
    [InlineData("""{"protocol":{"minReaderVersion":1},"metaData":{"id":"m","schemaString":"{}"}}""")]
    [InlineData("<html><body>Bad gateway</body></html>")]
    public async Task A_malformed_line_is_refused_with_its_number(string line)
    {
        var exception = await Should.ThrowAsync<SharingProtocolException>(() => ReadAsync("""{"protocol":{"minReaderVersion":1}}""" + "\n" + line + "\n"));

        exception.Error.ShouldBe(SharingProtocolError.Malformed);
        exception.Message.ShouldStartWith("Line 2:");
    }

    [Fact]
    public async Task A_line_that_breaks_off_is_truncated_not_just_malformed()
    {
        var text = (await WriteAsync(AllKinds[2])).TrimEnd('\n');

        (await ReadAsync(text)).Count.ShouldBe(1);
        (await Should.ThrowAsync<SharingProtocolException>(() => ReadAsync(text[..^2]))).Error.ShouldBe(SharingProtocolError.Truncated);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_line_beyond_the_limit_is_refused_before_it_is_whole(bool ends)
    {
        var endless = new EndlessLine(ends ? 300_000 : long.MaxValue);

        var exception = await Should.ThrowAsync<SharingProtocolException>(async () =>
            await NdjsonReader.ReadAsync(endless, maxLineBytes: 200_000).ToListAsync()
        );

        exception.Error.ShouldBe(SharingProtocolError.LineTooLong);
        endless.Position.ShouldBeLessThan(1_000_000);
    }

    [Fact]
    public async Task Lines_are_the_same_however_the_network_cuts_them()
    {
        var text = (await WriteAsync(AllKinds)).Replace("\n", "\r\n", StringComparison.Ordinal);

        foreach (var sizes in Gen.Choose(1, 200).NonEmptyListOf().Sample(50))
        {
            var lines = await NdjsonReader.ReadAsync(new ChoppedStream(Encoding.UTF8.GetBytes(text), [.. sizes])).ToListAsync();
            lines.Count.ShouldBe(AllKinds.Length);
            lines[2].ShouldBeEquivalentTo(AllKinds[2]);
        }
    }

    [Fact]
    public async Task The_writer_hands_on_portions_and_stops_when_nobody_reads()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        using var writer = new NdjsonWriter(pipe.Writer, portionBytes: 1000);
        for (var i = 0; i < 30; i++)
            await writer.WriteAsync(AllKinds[2]);

        pipe.Reader.TryRead(out var result).ShouldBeTrue();
        result.Buffer.Length.ShouldBeGreaterThan(1000);
        result.Buffer.Length.ShouldBeLessThanOrEqualTo(writer.BytesWritten);
        writer.LinesWritten.ShouldBe(30);
        await pipe.Reader.CompleteAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () => await writer.FlushAsync());
    }

    private static async Task<string> WriteAsync(params SharingLine[] lines)
    {
        using var stream = new MemoryStream();
        var pipe = PipeWriter.Create(stream);
        using var writer = new NdjsonWriter(pipe);
        foreach (var line in lines)
            await writer.WriteAsync(line);
        await writer.FlushAsync();
        stream.Length.ShouldBe(writer.BytesWritten);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static async Task<List<SharingLine>> ReadAsync(string text) =>
        await NdjsonReader.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text))).ToListAsync();

    // Field order does not count.
    private static IEnumerable<string> Objects(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => string.Concat(line.Order()));
}
