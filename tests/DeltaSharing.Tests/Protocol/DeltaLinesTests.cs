using System.Text;
using System.Text.Json;
using Tideway.DeltaSharing.Protocol.Lines;

namespace Tideway.DeltaSharing.Tests.Protocol;

/// <summary>Lines of the delta format.</summary>
public sealed class DeltaLinesTests
{
    [Fact]
    public void A_protocol_of_the_delta_format_is_told_from_one_of_the_parquet_format()
    {
        var delta = Read<DeltaProtocolLine>(
            """{"protocol":{"deltaProtocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":[]},"version":4}}"""
        );

        (delta.DeltaProtocol.MinReaderVersion, delta.Version).ShouldBe((3, 4));
        delta.DeltaProtocol.ReaderFeatures.ShouldBe(["deletionVectors"]);
        Read<ProtocolLine>("""{"protocol":{"minReaderVersion":1}}""").MinReaderVersion.ShouldBe(1);
    }

    [Fact]
    public void Metadata_of_the_delta_format_has_what_the_log_has()
    {
        var line = Read<DeltaMetadataLine>(
            """{"metaData":{"size":9,"deltaMetadata":{"id":"i","format":{"provider":"parquet"},"schemaString":"{}","partitionColumns":["d"],"configuration":{"a":"b"},"createdTime":5},"numFiles":2}}"""
        );

        (line.Size, line.NumFiles, line.DeltaMetadata.Id, line.DeltaMetadata.CreatedTime).ShouldBe((9, 2, "i", 5));
        line.DeltaMetadata.PartitionColumns.ShouldBe(["d"]);
        line.DeltaMetadata.Configuration["a"].ShouldBe("b");
        line.DeltaMetadata.Format.Options.ShouldBeEmpty();
    }

    [Fact]
    public void A_file_of_the_delta_format_holds_an_action()
    {
        var line = Read<DeltaFileLine>(
            """{"file":{"id":"f","deletionVectorFileId":"v","version":3,"timestamp":4,"expirationTimestamp":5,"deltaSingleAction":{"remove":{"path":"https://x"}}}}"""
        );

        (line.Id, line.DeletionVectorFileId, line.Version, line.Timestamp, line.ExpirationTimestamp).ShouldBe(("f", "v", 3, 4, 5));
        line.DeltaSingleAction.GetProperty("remove").GetProperty("path").GetString().ShouldBe("https://x");
        Read<FileLine>("""{"file":{"url":"https://x","id":"f","size":1}}""").Url.ShouldBe("https://x");
    }

    [Fact]
    public void A_query_that_is_not_ready_says_so()
    {
        var line = Read<QueryStatusLine>("""{"queryStatus":{"queryId":"q","status":"pending"}}""");

        (line.QueryId, line.Status).ShouldBe(("q", QueryStatusLine.Pending));
    }

    [Theory]
    [InlineData("""{"protocol":{"deltaProtocol":{"minReaderVersion":1,"minWriterVersion":4}}}""")]
    [InlineData(
        """{"metaData":{"deltaMetadata":{"id":"i","format":{"provider":"parquet","options":{}},"schemaString":"{}","partitionColumns":[],"configuration":{}}}}"""
    )]
    [InlineData("""{"file":{"id":"f","deltaSingleAction":{"add":{"path":"p"}}}}""")]
    [InlineData("""{"queryStatus":{"queryId":"q","status":"pending"}}""")]
    public void A_line_is_written_as_it_was_read(string text)
    {
        var line = SharingLine.Parse(Encoding.UTF8.GetBytes(text))!;

        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            line.Write(json);

        Encoding.UTF8.GetString(stream.ToArray()).ShouldBe(text);
    }

    private static T Read<T>(string text)
        where T : SharingLine => SharingLine.Parse(Encoding.UTF8.GetBytes(text)).ShouldBeOfType<T>();
}
