using System.Net;
using Tideway.Contracts.ShareRegistry;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.ShareRegistry.Tests.TableQuery;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Contract;

/// <summary>Calls that read are answered to HEAD as to GET, but for the body.</summary>
public sealed class HeadTests : TableTest
{
    private const string Share = "/delta-sharing/shares/sales";
    private const string Orders = Share + "/schemas/shop/tables/orders";
    private const string Volumes = Share + "/schemas/docs/volumes";

    private static readonly string[] OfEachAnswer = ["Date", "X-Request-ID"];

    public static TheoryData<string, string> Reads =>
        new()
        {
            { "/delta-sharing/shares", "deltaSharingListShares" },
            { "/delta-sharing/shares?maxResults=1", "deltaSharingListShares" },
            { Share, "deltaSharingGetShare" },
            { Share + "/schemas", "deltaSharingListSchemas" },
            { Share + "/schemas/shop/tables", "deltaSharingListTables" },
            { Share + "/all-tables", "deltaSharingListAllTables" },
            { Share + "/all-volumes", "deltaSharingListAllVolumes" },
            { Volumes, "deltaSharingListVolumes" },
            { Volumes + "/manuals", "deltaSharingGetVolume" },
            { Volumes + "/manuals/files", "deltaSharingListVolumeFiles" },
            { Volumes + "/manuals/files?urls=true", "deltaSharingListVolumeFiles" },
            { Orders + "/version", "deltaSharingGetTableVersion" },
            { Orders + "/metadata", "deltaSharingGetTableMetadata" },
            { Orders + "/metadata?version=0", "deltaSharingGetTableMetadata" },
        };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        (await Process.Operator.PatchAnswerAsync("/api/2.1/unity-catalog/shares/sales", new { comment = new string('c', 2000) })).ShouldBe(HttpStatusCode.OK);
        await ShareAsync("orders", NewTable("orders"));
        var folder = Directory.CreateDirectory(Path.Combine(Process.Lake, "manuals")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "pump.pdf"), "how a pump works");
        var volume = new
        {
            name = "docs.manuals",
            data_object_type = "VOLUME",
            storage_location = folder,
        };
        (await Process.UpdateTablesAsync("sales", "ADD", volume)).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [MemberData(nameof(Reads))]
    [ProtocolRule(
        "REST APIs",
        "HEAD is answered as GET is, with its headers and without a body",
        Served = "but of a table's own path, where it is the older version call"
    )]
    public async Task Head_has_the_headers_of_get_and_no_body(string path, string action)
    {
        foreach (var encoding in (string[])["identity", "gzip"])
        {
            var got = (await GetAsync(path, ("Accept-Encoding", encoding))).ShouldBe(HttpStatusCode.OK);
            var head = (await HeadAsync(path, ("Accept-Encoding", encoding))).ShouldBe(HttpStatusCode.OK);

            head.Text.ShouldBeEmpty();
            HeadersOf(head).ShouldBe(HeadersOf(got));
            if (path == Share)
                string.Join(',', head.Response.Content.Headers.ContentEncoding).ShouldBe(encoding == "gzip" ? "gzip" : "");
            var record = await Process.Events.WaitForAsync<ShareAccessed>(e => e.RequestId == head.Header("x-request-id"));
            (record.Action, record.Status, record.RecipientName, record.Parameters!["method"]).ShouldBe((action, 200, "acme", "HEAD"));
            (record.FileCount ?? 0, record.ByteCount ?? 0).ShouldBe((0, 0));
        }
    }

    [Theory]
    [InlineData(Share)]
    [InlineData(Share + "/all-tables")]
    [InlineData(Volumes + "/manuals/files")]
    [InlineData(Orders + "/version")]
    [InlineData(Orders + "/metadata")]
    public async Task Head_is_refused_as_get_is(string path)
    {
        (await Process.Stranger.SendAnswerAsync(HttpMethod.Head, path, null)).ShouldBe(HttpStatusCode.Unauthorized).Text.ShouldBeEmpty();
        (await HeadAsync(path.Replace("sales", "nothing", StringComparison.Ordinal))).ShouldBe(HttpStatusCode.NotFound).Text.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/delta-sharing/shares")]
    [InlineData(Share)]
    [InlineData(Share + "/all-volumes")]
    [InlineData(Volumes + "/manuals")]
    [InlineData(Orders + "/version")]
    [InlineData(Orders + "/metadata")]
    public async Task Head_of_what_the_client_has_is_304(string path)
    {
        var tag = (await HeadAsync(path)).Header("ETag").ShouldNotBeNull();

        (await HeadAsync(path, ("If-None-Match", tag))).ShouldBe(HttpStatusCode.NotModified).Header("ETag").ShouldBe(tag);
    }

    [Fact]
    public async Task Head_of_a_table_is_still_the_older_version_call()
    {
        var head = (await HeadAsync(Orders)).ShouldBe(HttpStatusCode.OK);

        head.Header("Delta-Table-Version").ShouldBe("0");
        var record = await Process.Events.WaitForAsync<ShareAccessed>(e => e.RequestId == head.Header("x-request-id"));
        (record.Action, record.TableVersion, record.Parameters!.ContainsKey("method")).ShouldBe(("deltaSharingGetTableVersion", 0, false));
    }

    [Fact]
    public async Task The_operations_of_the_description_have_ids_of_their_own()
    {
        var paths = (await Process.Stranger.GetAnswerAsync("/openapi/v1.json")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("paths");

        var ids = paths
            .EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject())
            .Where(operation => operation.Value.TryGetProperty("operationId", out _))
            .Select(operation => operation.Value.GetProperty("operationId").GetString()!)
            .ToList();

        ids.ShouldBeUnique();
        ids.ShouldContain("sharing.listShares");
        ids.ShouldContain("sharing.headTableVersion");
        ids.ShouldContain("readFile");
    }

    private Task<Answer> HeadAsync(string path, params (string Name, string Value)[] headers) =>
        Acme.Http.SendAnswerAsync(HttpMethod.Head, path, null, headers);

    private static IEnumerable<string> HeadersOf(Answer answer) =>
        answer
            .Response.Headers.Concat(answer.Response.Content.Headers)
            .Where(header => !OfEachAnswer.Contains(header.Key))
            .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}")
            .Order(StringComparer.Ordinal);
}
