using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.Tests.Actions;

public class ActionTests
{
    [Fact]
    public void Any_add_action_reads_back_as_it_was_written() => Check.QuickThrowOnFailure(Prop.ForAll(Adds(), add => ReadBack(add) == Line(add)));

    [Fact]
    public void Any_remove_action_reads_back_as_it_was_written() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Adds(), add => ReadBack(add.Remove(5)) == Line(add.Remove(5))));

    [Theory]
    [InlineData("""{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]}}""")]
    [InlineData(
        """{"metaData":{"id":"x","name":"n","description":"d","format":{"provider":"parquet","options":{"a":"b"}},"schemaString":"{}","partitionColumns":["p"],"configuration":{"k":"v"},"createdTime":5}}"""
    )]
    [InlineData("""{"cdc":{"path":"_change_data/a.parquet","partitionValues":{"p":null},"size":7,"dataChange":false,"tags":{"a":"b"}}}""")]
    [InlineData("""{"txn":{"appId":"sync","version":9,"lastUpdated":4}}""")]
    [InlineData("""{"domainMetadata":{"domain":"delta.clustering","configuration":"{\"a\":1}","removed":false}}""")]
    [InlineData("""{"sidecar":{"path":"a.parquet","sizeInBytes":4,"modificationTime":5,"tags":{}}}""")]
    [InlineData("""{"checkpointMetadata":{"version":4,"tags":{"a":"b"}}}""")]
    [InlineData(
        """{"add":{"path":"a%20b","partitionValues":{},"size":1,"modificationTime":2,"dataChange":true,"deletionVector":{"storageType":"u","pathOrInlineDv":"ab^-aqEH.-t@S}K{vb[*k^","offset":4,"sizeInBytes":40,"cardinality":6},"baseRowId":3,"defaultRowCommitVersion":4,"clusteringProvider":"liquid"}}"""
    )]
    [InlineData(
        """{"commitInfo":{"inCommitTimestamp":5,"timestamp":4,"operation":"WRITE","operationParameters":{"a":[1,{"b":null}]},"other":1.50,"isBlindAppend":true,"engineInfo":"e","txnId":"t"}}"""
    )]
    public void A_line_is_written_as_it_was_read(string line) => Line(Read(line)!).ShouldBe(line);

    [Fact]
    public void Members_that_are_not_known_are_ignored()
    {
        var add = Read("""{"add":{"future":{"deep":[1,2]},"path":"a","partitionValues":{},"size":1,"modificationTime":2,"dataChange":true},"also":7}""");

        add.ShouldBeOfType<AddFile>().Path.ShouldBe("a");
    }

    [Fact]
    public void An_action_that_is_not_known_is_none() => Read("""{"rowIndex":{"a":1}}""").ShouldBeNull();

    [Fact]
    public void Commit_info_members_of_an_unexpected_type_are_kept()
    {
        var info = Read("""{"commitInfo":{"timestamp":"yesterday","operation":7,"isBlindAppend":"maybe"}}""").ShouldBeOfType<CommitInfo>();

        info.Timestamp.ShouldBeNull();
        info.Operation.ShouldBeNull();
        info.IsBlindAppend.ShouldBeNull();
        info.OtherMembers["timestamp"].ShouldBe("\"yesterday\"");
        info.OtherMembers["operation"].ShouldBe("7");
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("""{"add":{"path":"a"}}""")]
    [InlineData("""{"add":{"path":7,"partitionValues":{},"size":1,"modificationTime":2,"dataChange":true}}""")]
    [InlineData("""{"add":{"path":"a","partitionValues":[],"size":1,"modificationTime":2,"dataChange":true}}""")]
    [InlineData("""{"add":{"path":"a","partitionValues":{},"size":1.5,"modificationTime":2,"dataChange":true}}""")]
    [InlineData("""{"add":{"path":"a","partitionValues":{},"size":99999999999999999999,"modificationTime":2,"dataChange":true}}""")]
    [InlineData("""{"add":{"path":"a","partitionValues":{},"size":1,"modificationTime":2,"dataChange":true}""")]
    [InlineData("""{"add":{"path":"\ud800","partitionValues":{},"size":1,"modificationTime":2,"dataChange":true}}""")]
    [InlineData("""{"add":7}""")]
    [InlineData("""{"txn":{"appId":"a","version":1},"remove":{"path":"a","dataChange":true}}""")]
    [InlineData("""{"protocol":{"minReaderVersion":9999999999,"minWriterVersion":2}}""")]
    [InlineData("""{"txn":{"appId":"a","version":1}} {"txn":{"appId":"b","version":1}}""")]
    public void A_malformed_line_is_refused(string line) => Should.Throw<JsonException>(() => Read(line));

    [Fact]
    public void Bytes_that_are_not_text_are_refused() =>
        Should.Throw<JsonException>(() => ActionReader.Read([.. "{\"txn\":{\"appId\":\""u8, 0xff, 0xfe, .. "\",\"version\":1}}"u8]));

    [Fact]
    public void Deep_nesting_is_refused() =>
        Should.Throw<JsonException>(() => Read("{\"commitInfo\":" + string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5001)));

    private static Arbitrary<AddFile> Adds()
    {
        var text = ArbMap.Default.GeneratorFor<NonNull<string>>().Select(value => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value.Get)));
        var generator =
            from path in text
            from key in text
            from value in text
            from size in ArbMap.Default.GeneratorFor<long>()
            from dataChange in ArbMap.Default.GeneratorFor<bool>()
            from stats in Gen.OneOf(text, Gen.Constant<string>(null!))
            from offset in ArbMap.Default.GeneratorFor<int?>()
            from hasVector in ArbMap.Default.GeneratorFor<bool>()
            select new AddFile
            {
                Path = path,
                PartitionValues = new Dictionary<string, string?> { [key] = value, [key + "2"] = null },
                Size = Math.Abs((long)size),
                ModificationTime = size / 2,
                DataChange = dataChange,
                Stats = stats,
                Tags = hasVector ? new Dictionary<string, string?> { [value] = key } : null,
                DeletionVector = hasVector
                    ? new DeletionVectorDescriptor
                    {
                        StorageType = "u",
                        PathOrInlineDv = value,
                        Offset = offset,
                        SizeInBytes = 4,
                        Cardinality = size,
                    }
                    : null,
                BaseRowId = offset,
            };
        return generator.ToArbitrary();
    }

    private static DeltaAction? Read(string line) => ActionReader.Read(Encoding.UTF8.GetBytes(line));

    private static string Line(DeltaAction action) => Encoding.UTF8.GetString(ActionWriter.Write([action]).Span).TrimEnd('\n');

    private static string ReadBack(DeltaAction action) => Line(Read(Line(action))!);
}
