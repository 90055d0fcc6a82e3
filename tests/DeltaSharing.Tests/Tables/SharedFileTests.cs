using System.Text;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Tables;

namespace Tideway.DeltaSharing.Tests.Tables;

public sealed class SharedFileTests
{
    private const string WithVector = """
        {"file":{"id":"f1","deletionVectorFileId":"d1","version":5,"timestamp":1700000000000,"expirationTimestamp":1800000000000,"deltaSingleAction":{"add":{"path":"https://h/1?sig=a","partitionValues":{"col-1":"x","col-2":""},"size":7,"modificationTime":3,"dataChange":true,"stats":"{\"numRecords\":10,\"tightBounds\":false}","deletionVector":{"storageType":"p","pathOrInlineDv":"https://h/d1?sig=b","offset":1,"sizeInBytes":40,"cardinality":6}}}}}
        """;

    public static TheoryData<string> Lines =>
        [
            WithVector,
            """{"file":{"id":"f","deltaSingleAction":{"remove":{"path":"https://h/1","size":7,"deletionVector":{"storageType":"i","pathOrInlineDv":"00000","sizeInBytes":4,"cardinality":1}}}}}""",
            """{"file":{"id":"f","version":1,"timestamp":1,"deltaSingleAction":{"cdc":{"path":"https://h/1","partitionValues":{"p":null},"size":7}}}}""",
            """{"file":{"url":"https://h/1","id":"f","partitionValues":{"p":""},"size":7,"stats":"{}"}}""",
            """{"add":{"url":"https://h/1","id":"f","partitionValues":{},"size":7,"version":1,"timestamp":1}}""",
            """{"remove":{"url":"https://h/1","id":"f","partitionValues":{},"size":7,"version":1,"timestamp":1}}""",
            """{"cdf":{"url":"https://h/1","id":"f","partitionValues":{},"size":7,"version":1,"timestamp":1}}""",
        ];

    [Fact]
    public void A_file_with_a_deletion_vector_is_an_action_and_two_addresses()
    {
        var file = SharedFile.Of(Parse(WithVector)!)!;

        (file.Id, file.Size, file.Version, file.Timestamp).ShouldBe(("f1", 7L, 5L, DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000)));
        var add = file.Action.ShouldBeOfType<AddFile>();
        add.PartitionValues.ShouldBe(new Dictionary<string, string?> { ["col-1"] = "x", ["col-2"] = null }, ignoreOrder: true);
        add.Stats.ShouldBe("""{"numRecords":10,"tightBounds":false}""");
        add.LogicalRecords().ShouldBe(4);
        file.Addresses.Select(address => (address.Key, address.Url.Url.AbsoluteUri))
            .ShouldBe([("f1", "https://h/1?sig=a"), (file.Vector!.AddressKey, "https://h/d1?sig=b")]);
        file.Addresses.ShouldAllBe(address => address.Url.ExpiresAt == DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void At_another_version_only_a_vector_that_is_named_is_the_same(bool isNamed, bool isSameVersion)
    {
        var line = isNamed ? WithVector : WithVector.Replace("\"deletionVectorFileId\":\"d1\",", "", StringComparison.Ordinal);
        var file = SharedFile.Of(Parse(line)!)!;

        var again = file.AddressesAgain(isSameVersion);

        file.Vector!.IsUnnamed.ShouldBe(!isNamed);
        again
            .Select(address => address.Url.Url.AbsoluteUri)
            .ShouldBe(isNamed || isSameVersion ? ["https://h/1?sig=a", "https://h/d1?sig=b"] : ["https://h/1?sig=a"]);
    }

    [Fact]
    public void A_vector_is_the_same_whatever_its_address_is_signed_with()
    {
        var first = SharedFile.Of(Parse(WithVector)!)!.Vector!;
        var again = SharedFile.Of(Parse(WithVector.Replace("sig=b", "sig=c", StringComparison.Ordinal))!)!.Vector!;

        again.Identity.ShouldBe(first.Identity);
        again.IsUnnamed.ShouldBeFalse();
        SharedFile.Of(Parse(WithVector.Replace("\"offset\":1", "\"offset\":90", StringComparison.Ordinal))!)!.Vector!.Identity.ShouldNotBe(first.Identity);
    }

    [Fact]
    public void Without_an_id_the_name_that_delta_gave_the_file_tells_it_from_others_wherever_it_is()
    {
        var first = Unnamed("https://h/t/deletion_vector_01234567-89ab-cdef-0123-456789abcdef.bin?sig=b");

        first.IsUnnamed.ShouldBeFalse();
        Unnamed("https://other/1/deletion_vector_01234567-89ab-cdef-0123-456789abcdef.bin?sig=c").Identity.ShouldBe(first.Identity);
        Unnamed("https://h/t/deletion_vector_11234567-89ab-cdef-0123-456789abcdef.bin?sig=b").Identity.ShouldNotBe(first.Identity);
    }

    [Theory]
    [InlineData("https://h/vectors?file=1", "https://h/vectors?file=2")]
    [InlineData("https://h/deletion_vector_1.bin?file=1", "https://h/deletion_vector_1.bin?file=2")]
    [InlineData("https://h/deletion_vector_.bin/?file=1", "https://h/deletion_vector_.bin/?file=2")]
    [InlineData("https://h/deletion_vector_bin?file=1", "https://h/deletion_vector_bin?file=2")]
    [InlineData("https://h", "https://h?")]
    public void An_address_that_does_not_name_the_file_tells_it_from_those_of_the_same_answer_only(string one, string other)
    {
        var (first, second) = (Unnamed(one), Unnamed(other));

        first.IsUnnamed.ShouldBeTrue();
        second.Identity.ShouldNotBe(first.Identity);
        VectorSpan.Of([first, second]).Count.ShouldBe(2);
        // An address of the same line is asked for again, whatever it is then.
        second.AddressKey.ShouldBe(first.AddressKey);
        SharedFile.Of(Parse(Without(one).Replace("f1", "f2", StringComparison.Ordinal))!)!.Vector!.AddressKey.ShouldNotBe(first.AddressKey);
    }

    [Fact]
    public void Lines_that_name_no_file_are_none() => SharedFile.Of(new ProtocolLine { MinReaderVersion = 1 }).ShouldBeNull();

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_line_that_was_damaged_anywhere_is_a_file_or_a_failure_of_the_protocol(string line)
    {
        SharedFile.Of(Parse(line)!).ShouldNotBeNull();
        var random = new Random(line.Length);
        for (var round = 0; round < 4_000; round++)
        {
            var bytes = Encoding.UTF8.GetBytes(line);
            for (var change = random.Next(1, 4); change > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)(random.Next(3) > 0 ? "\"{}[]:,-0129.eE\\unfalsetru "[random.Next(26)] : random.Next(256));
            try
            {
                if (SharingLine.Parse(bytes) is { } parsed)
                    _ = SharedFile.Of(parsed)?.Addresses.ToList();
            }
            catch (Exception exception) when (exception is SharingProtocolException or DeltaSharingException { Error: DeltaSharingError.MalformedAnswer })
            {
                // What was expected.
            }
        }
    }

    private static SharedVector Unnamed(string address) => SharedFile.Of(Parse(Without(address))!)!.Vector!;

    private static string Without(string address) =>
        WithVector.Replace("\"deletionVectorFileId\":\"d1\",", "", StringComparison.Ordinal).Replace("https://h/d1?sig=b", address, StringComparison.Ordinal);

    private static SharingLine? Parse(string line) => SharingLine.Parse(Encoding.UTF8.GetBytes(line));
}
