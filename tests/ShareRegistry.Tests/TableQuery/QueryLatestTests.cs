using System.Net;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.TableQuery;

public sealed class QueryLatestTests : IAsyncLifetime
{
    private RegistryProcess process = null!;
    private RecipientClient acme = null!;
    private LakeTable table = null!;

    private const string Path = "/delta-sharing/shares/sales/schemas/shop/tables/orders";

    public async ValueTask InitializeAsync()
    {
        process = await RegistryProcess.StartAsync();
        table = LakeTable.Create(System.IO.Path.Combine(process.Lake, "orders"), ("delta.appendOnly", "true"), ("internal.note", "secret"));
        acme = await process.AddRecipientAsync("acme");
        await process.CreateShareAsync("sales");
        await process.ShareTableAsync("sales", "shop.orders", table.Folder);
        await process.GrantAsync("sales", acme);
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    [ProtocolRule(
        "API Response Actions in Parquet Format",
        "In the parquet format the lines are protocol, metaData and files, with all fields that clients need"
    )]
    public async Task A_query_answers_protocol_metadata_and_files_with_addresses_that_can_be_read()
    {
        table.Commit(table.Add("day=2026-01-01/part 1.parquet".Replace(" ", "%20", StringComparison.Ordinal), 5));

        var answer = (await acme.Http.PostAnswerAsync(Path + "/query", "{}")).ShouldBe(HttpStatusCode.OK);

        answer.Response.Content.Headers.ContentType!.ToString().ShouldBe("application/x-ndjson; charset=utf-8");
        answer.Header("Delta-Table-Version").ShouldBe("1");
        answer.Header("delta-sharing-capabilities").ShouldBe("responseformat=parquet");
        answer.Header("x-request-id")!.Length.ShouldBe(32);
        answer.Lines.Select(line => line.Kind).ShouldBe(["protocol", "metaData", "file", "file"]);
        answer.Lines[0].Body.GetProperty("minReaderVersion").GetInt32().ShouldBe(1);
        var metadata = answer.Lines[1].Body;
        metadata.GetProperty("schemaString").GetString().ShouldBe(LakeTable.Schema);
        metadata.GetProperty("numFiles").GetInt64().ShouldBe(2);
        metadata.GetProperty("configuration").EnumerateObject().Select(pair => pair.Name).ShouldBe(["delta.appendOnly"]);
        metadata.TryGetProperty("version", out _).ShouldBeFalse();
        foreach (var file in answer.Files())
        {
            var url = new Uri(file.GetProperty("url").GetString()!);
            url.GetLeftPart(UriPartial.Authority).ShouldBe(RegistryProcess.PublicUrl);
            var bytes = await process.Stranger.GetByteArrayAsync(url.PathAndQuery);
            bytes.Length.ShouldBe(file.GetProperty("size").GetInt32());
            file.GetProperty("id").GetString()!.Length.ShouldBe(32);
            DateTimeOffset
                .FromUnixTimeMilliseconds(file.GetProperty("expirationTimestamp").GetInt64())
                .ShouldBeGreaterThan(process.Time.GetUtcNow().AddMinutes(55));
            file.TryGetProperty("version", out _).ShouldBeFalse();
        }
    }

    [Fact]
    [ProtocolRule("Read Data from a Table", "An empty body, and one of fields that nobody knows, is a query without wishes")]
    public async Task An_empty_body_is_a_query_without_wishes() =>
        (await acme.Http.PostAnswerAsync(Path + "/query", "")).ShouldBe(HttpStatusCode.OK).Files().Count.ShouldBe(1);

    [Fact]
    [ProtocolRule("Query Table Metadata", "The metadata call has exactly two lines, the same text as in a query")]
    public async Task The_metadata_call_has_exactly_the_two_lines_that_begin_a_query()
    {
        var metadata = (await acme.Http.GetAnswerAsync(Path + "/metadata")).ShouldBe(HttpStatusCode.OK);
        var query = (await acme.Http.PostAnswerAsync(Path + "/query", "{}")).ShouldBe(HttpStatusCode.OK);

        var lines = metadata.Text.TrimEnd('\n').Split('\n');
        lines.Length.ShouldBe(2);
        query.Text.Split('\n').Take(2).ShouldBe(lines);
        metadata.Header("Delta-Table-Version").ShouldBe("0");
    }

    [Fact]
    [ProtocolRule("Read Data from a Table", "limitHint stops when statistics say that there are enough rows")]
    public async Task A_limit_hint_stops_when_there_are_enough_rows()
    {
        table.Commit(table.Add("part-1.parquet", 10), table.Add("part-2.parquet", 10));

        async Task<int> FilesAsync(int limit) =>
            (await acme.Http.PostAnswerAsync(Path + "/query", new { limitHint = limit })).ShouldBe(HttpStatusCode.OK).Files().Count;
        (await FilesAsync(0)).ShouldBe(0);
        (await FilesAsync(-5)).ShouldBe(3);
        (await FilesAsync(1)).ShouldBe(1);
        (await FilesAsync(10)).ShouldBe(1);
        (await FilesAsync(11)).ShouldBe(2);
        (await FilesAsync(1000)).ShouldBe(3);
    }

    [Fact]
    [ProtocolRule("Read Data from a Table", "Hints never fail a query")]
    public async Task Predicate_hints_that_nobody_understands_are_no_reason_to_fail()
    {
        var body = new { predicateHints = new[] { "day = '2026'", "nonsense (" }, jsonPredicateHints = "{not json" };

        (await acme.Http.PostAnswerAsync(Path + "/query", body)).ShouldBe(HttpStatusCode.OK).Files().Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("\"abc\"", 3)]
    [InlineData("10.5", 3)]
    [InlineData("true", 3)]
    [InlineData("{}", 3)]
    [InlineData("99999999999999999999", 3)]
    [InlineData("1e999999999", 3)]
    [InlineData("10.0", 1)]
    [InlineData("1e1", 1)]
    [InlineData("\"10\"", 1)]
    [ProtocolRule("Read Data from a Table", "A limitHint that is no number is no hint")]
    public async Task A_limit_hint_that_is_no_number_is_no_hint(string limit, int files)
    {
        table.Commit(table.Add("part-1.parquet", 10), table.Add("part-2.parquet", 10));

        var answer = await acme.Http.PostAnswerAsync(Path + "/query", $$"""{"limitHint":{{limit}}}""");

        answer.ShouldBe(HttpStatusCode.OK).Files().Count.ShouldBe(files);
    }

    [Fact]
    [ProtocolRule("Read Data from a Table", "A new commit is seen by the next query")]
    public async Task A_new_commit_is_seen_by_the_next_query()
    {
        await acme.Http.PostAnswerAsync(Path + "/query", "{}");
        table.Commit(LakeTable.RemoveLine("part-0.parquet"), table.Add("part-9.parquet", 3));

        var answer = await acme.Http.PostAnswerAsync(Path + "/query", "{}");

        answer.Header("Delta-Table-Version").ShouldBe("1");
        answer.Files().ShouldHaveSingleItem().GetProperty("url").GetString()!.ShouldContain("part-9.parquet");
    }

    [Fact]
    public async Task A_table_made_anew_under_the_same_name_is_not_mixed_with_the_old_one()
    {
        await acme.Http.PostAnswerAsync(Path + "/query", "{}");
        Directory.Delete(table.Folder, recursive: true);
        var anew = new LakeTable(table.Folder).Commit(LakeTable.ProtocolLine(), LakeTable.MetadataLine(), LakeTable.AddLine("other.parquet", 5, 1));
        anew.At(0, DateTimeOffset.UnixEpoch.AddDays(1));

        var answer = await acme.Http.PostAnswerAsync(Path + "/query", "{}");

        answer.Files().ShouldHaveSingleItem().GetProperty("url").GetString()!.ShouldContain("other.parquet");
    }

    [Theory]
    [InlineData("delta-sharing-capabilities", "responseformat=avro", HttpStatusCode.BadRequest)]
    [InlineData("delta-sharing-capabilities", "responseformat=DELTA,Parquet;readerfeatures=deletionvectors", HttpStatusCode.OK)]
    [InlineData("fileidhash", "crc", HttpStatusCode.BadRequest)]
    [InlineData("fileidhash", "DELTA", HttpStatusCode.OK)]
    public async Task Headers_say_what_the_client_can_take(string name, string value, HttpStatusCode status)
    {
        var answer = (await acme.Http.PostAnswerAsync(Path + "/query", "{}", (name, value))).ShouldBe(status);
        if (status != HttpStatusCode.OK)
            return;
        answer.Header("delta-sharing-capabilities").ShouldBe("responseformat=parquet");
        answer.Header("fileidhash").ShouldBe(name == "fileidhash" ? "delta" : null);
        answer.Files()[0].GetProperty("id").GetString()!.Length.ShouldBe(name == "fileidhash" ? 64 : 32);
    }

    [Fact]
    [ProtocolRule(
        "EndStreamAction",
        "An endStreamAction comes where it was asked for, then it is promised in the header",
        Served = "and where a refresh token or pages were asked for"
    )]
    public async Task An_end_line_comes_only_where_the_client_asked_for_it()
    {
        var capability = ("delta-sharing-capabilities", "responseformat=parquet;includeendstreamaction=true");

        var asked = await acme.Http.PostAnswerAsync(Path + "/query", "{}", capability);
        var metadata = await acme.Http.GetAnswerAsync(Path + "/metadata", capability);

        asked.Header("delta-sharing-capabilities").ShouldBe("responseformat=parquet;includeendstreamaction=true");
        asked.Lines[^1].Kind.ShouldBe("endStreamAction");
        asked.Lines[^1].Body.GetProperty("minUrlExpirationTimestamp").GetInt64().ShouldBe(asked.Files()[0].GetProperty("expirationTimestamp").GetInt64());
        metadata.Lines.Count.ShouldBe(2);
    }
}
