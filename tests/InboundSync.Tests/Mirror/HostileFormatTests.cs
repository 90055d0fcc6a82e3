using System.Text;
using Microsoft.AspNetCore.Http;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaSharing.Protocol;
using Tideway.InboundSync.Tests.Support;
using Tideway.Testing;

namespace Tideway.InboundSync.Tests.Mirror;

/// <summary>Servers that say one thing of a table and send another: nothing of it may become a local version, and an honest answer afterwards is taken.</summary>
public sealed class HostileFormatTests : SyncFixture
{
    public static TheoryData<string, string> Lies =>
        new()
        {
            { "cardinality", "expected 11 rows, found 10" },
            { "size", "expected a vector of" },
            { "too large", "the number sizeInBytes" },
            { "negative", "the number cardinality" },
            { "too many rows", "at most 100 deleted rows" },
            { "beyond the end", "416" },
            { "no offset", "of a deletion vector" },
        };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Provider.Formats = KnownFormats.Delta;
        Provider.Tables["sales/public/orders"] = Orders = await SharedTable.CreateAsync(
            Folder.Sub("vectors"),
            properties: ("delta.enableDeletionVectors", "true")
        );
        await Orders.AppendOrdersAsync(1, 100);
        await Orders.DeleteAsync("id % 10 = 3");
    }

    [Theory]
    [MemberData(nameof(Lies))]
    [ProtocolRule(
        "API Response Actions in Delta Format",
        "Syncs take deletion vectors, in files and in lines",
        Served = "when size, checksum and number of rows are as the line says"
    )]
    public async Task A_vector_that_is_not_what_the_line_says_fails_the_run_before_anything_is_committed(string lie, string reason)
    {
        Provider.TellVector = vector => Told(vector, lie);

        var run = await Host.AddSyncAsync();

        run["state"]!.GetValue<string>().ShouldBe("failed");
        run["reason"]!.GetValue<string>().ShouldContain(reason);
        await ShouldComeAfterAllAsync();
    }

    [Theory]
    [InlineData("flipped", "its checksum does not match")]
    [InlineData("empty", "the file ends earlier")]
    [InlineData("endless", "The deletion vector is not what it is said to be")]
    public async Task A_vector_file_with_other_bytes_fails_the_run_before_anything_is_committed(string kind, string reason)
    {
        Provider.Fault = context => SendVectorAsync(context, kind);

        var run = await Host.AddSyncAsync();

        run["state"]!.GetValue<string>().ShouldBe("failed");
        run["reason"]!.GetValue<string>().ShouldContain(reason);
        Provider.Fault = null;
        await ShouldComeAfterAllAsync();
    }

    [Theory]
    [InlineData("vectors")]
    [InlineData("plain")]
    public async Task A_file_that_is_told_twice_is_not_there_twice(string kind)
    {
        Provider.Fault = context => AnswerAsync(context, FileLine("file-1", kind) + FileLine("file-1", "plain"));

        var run = await Host.AddSyncAsync(validate: false);

        run["state"]!.GetValue<string>().ShouldBe("failed");
        run["reason"]!.GetValue<string>().ShouldContain("the file file-1 again");
        (await DeltaTables.Open(Copy).ExistsAsync(TestContext.Current.CancellationToken)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"file":{"id":"1","deltaSingleAction":{"add":{"size":1}}}}""", "the text path")]
    [InlineData("""{"file":{"id":"1","deltaSingleAction":{"add":{"path":"relative","size":1}}}}""", "an absolute URL")]
    [InlineData("""{"file":{"id":"1","deltaSingleAction":{"txn":{"path":"http://h/1","size":1}}}}""", "add, remove or cdc, got 'txn'")]
    [InlineData("""{"file":{"id":"1","deltaSingleAction":{"add":{"path":"http://h/1","size":-1}}}}""", "a size, got -1")]
    [InlineData("""{"file":{"id":"1","deltaSingleAction":[]}}""", "deltaSingleAction with add, remove or cdc")]
    [InlineData("""{"file":{"id":"1","deltaSingleAction":{"add":{"path":"http://h/1","size":1,"partitionValues":{"p":"\ud800"}}}}}""", "texts of Unicode")]
    public async Task A_line_that_makes_no_sense_fails_the_run_with_what_was_expected(string line, string expected)
    {
        Provider.Fault = context => AnswerAsync(context, line + "\n");

        var run = await Host.AddSyncAsync(validate: false);

        run["state"]!.GetValue<string>().ShouldBe("failed");
        run["reason"]!.GetValue<string>().ShouldContain(expected);
    }

    [Theory]
    [InlineData("mirror")]
    [InlineData("merge")]
    [ProtocolRule(
        "Delta Sharing Capabilities Header",
        "Syncs refuse a table that needs reader features that they did not name",
        Served = "by the names of those"
    )]
    public async Task A_table_that_needs_what_nobody_here_knows_is_refused_by_the_names_of_that(string mode)
    {
        Provider.Fault = context => AnswerAsync(context, "", """["deletionVectors","teleportation","v2Checkpoint","catalogManaged"]""");

        var (status, problem) = await Host.SendAsync(HttpMethod.Post, InboundHost.Syncs, Host.NewSync("asked", mode));
        var run = await Host.AddSyncAsync(mode: mode, validate: false);

        status.ShouldBe(400, problem?.ToJsonString());
        problem!["message"]!.GetValue<string>().ShouldContain("readers with teleportation, which");
        run["state"]!.GetValue<string>().ShouldBe("failed");
        run["reason"]!.GetValue<string>().ShouldContain("readers with teleportation, which");
        (await DeltaTables.Open(Copy).ExistsAsync(TestContext.Current.CancellationToken)).ShouldBeFalse();
    }

    [Fact]
    [ProtocolRule(
        "Delta Sharing Capabilities Header",
        "Syncs ask for both formats, with the reader features that they can take",
        Served = "and take whichever comes"
    )]
    public async Task A_server_is_asked_for_what_is_known_here_and_its_refusal_is_told()
    {
        string? asked = null;
        Provider.Fault = async context =>
        {
            if (!context.Request.Path.Value!.EndsWith("/metadata", StringComparison.Ordinal))
                return false;
            asked ??= context.Request.Headers[HeaderNames.Capabilities];
            await FakeProvider.RefuseAsync(context, 400, "UNSUPPORTED_OPERATION", "The table needs the reader feature teleportation.");
            return true;
        };

        var run = await Host.AddSyncAsync(mode: "merge", validate: false);

        run["reason"]!.GetValue<string>().ShouldContain("teleportation");
        var capabilities = SharingCapabilities.Parse(asked);
        capabilities.ResponseFormats.ShouldBe(ResponseFormats.Parquet | ResponseFormats.Delta);
        capabilities.ReaderFeatures.ShouldBe(
            [
                "catalogmanaged",
                "catalogowned-preview",
                "columnmapping",
                "deletionvectors",
                "timestampntz",
                "typewidening",
                "typewidening-preview",
                "v2checkpoint",
                "vacuumprotocolcheck",
            ],
            ignoreOrder: true
        );
    }

    private async Task ShouldComeAfterAllAsync()
    {
        (await DeltaTables.Open(Copy).ExistsAsync(TestContext.Current.CancellationToken)).ShouldBeFalse();
        Directory.EnumerateFiles(Host.Lake, "*.bin", SearchOption.AllDirectories).ShouldBeEmpty();
        Provider.TellVector = vector => vector;
        await Host.WaitForRunAsync("orders", run => run["state"]!.GetValue<string>() == "succeeded");
        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
    }

    private static DeletionVectorDescriptor Told(DeletionVectorDescriptor vector, string lie) =>
        lie switch
        {
            "cardinality" => vector with { Cardinality = vector.Cardinality + 1 },
            "size" => vector with { SizeInBytes = vector.SizeInBytes - 4 },
            "too large" => vector with { SizeInBytes = int.MaxValue },
            "too many rows" => vector with { Cardinality = 101 },
            "negative" => vector with { Cardinality = -1 },
            "beyond the end" => vector with { Offset = 1_000_000 },
            _ => vector with { Offset = -1 },
        };

    private async Task<bool> SendVectorAsync(HttpContext context, string kind)
    {
        var path = context.Request.Path.Value!;
        if (!path.EndsWith(".bin", StringComparison.Ordinal))
            return false;
        var bytes = await File.ReadAllBytesAsync(Directory.EnumerateFiles(Orders.Folder, "*.bin").Single(), context.RequestAborted);
        switch (kind)
        {
            case "flipped":
                bytes[^6] ^= 1;
                await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
                return true;
            case "empty":
                return true;
            default:
                while (!context.RequestAborted.IsCancellationRequested)
                    await context.Response.Body.WriteAsync(bytes.AsMemory(0, 1), context.RequestAborted);
                return true;
        }
    }

    private static string FileLine(string id, string kind)
    {
        var vector = kind == "vectors" ? ""","deletionVector":{"storageType":"i","pathOrInlineDv":"00000","sizeInBytes":4,"cardinality":1}""" : "";
        return $$$"""{"file":{"deltaSingleAction":{"add":{"path":"http://h/1","partitionValues":{},"size":1{{{vector}}} }},"id":"{{{id}}}"}}""" + "\n";
    }

    private static async Task<bool> AnswerAsync(HttpContext context, string lines, string readerFeatures = """["deletionVectors"]""")
    {
        var path = context.Request.Path.Value!;
        if (!path.EndsWith("/metadata", StringComparison.Ordinal) && !path.EndsWith("/query", StringComparison.Ordinal))
            return false;
        context.Response.Headers[HeaderNames.TableVersion] = "3";
        context.Response.Headers[HeaderNames.Capabilities] = "responseformat=delta";
        context.Response.ContentType = HeaderNames.Ndjson;
        var head = $$$"""
            {"protocol":{"deltaProtocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":{{{readerFeatures}}},"writerFeatures":{{{readerFeatures}}} } } }
            {"metaData":{"deltaMetadata":{"id":"m","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"id\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}}]}","partitionColumns":[],"configuration":{} } } }

            """;
        await context.Response.Body.WriteAsync(
            Encoding.UTF8.GetBytes(path.EndsWith("/query", StringComparison.Ordinal) ? head + lines : head),
            context.RequestAborted
        );
        return true;
    }
}
