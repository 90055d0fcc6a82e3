using System.Net;
using System.Text.Json;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Contract;

/// <summary>Queries with a starting version of tables that the parquet format cannot express, for clients that take nothing else.</summary>
public sealed class PlainChangedFilesTests : PlainCopyScene
{
    [Theory]
    [ProtocolRule(
        "Read Data from a Table",
        "A client that takes only parquet gets the files that were added and removed of tables with deletion vectors or mapped columns",
        Served = "each written again with the rows that the table had of it, where a place for that is configured and the shared table allows it, else a refusal"
    )]
    [InlineData("dat/deletion_vectors")]
    [InlineData("golden/dv-with-columnmapping")]
    [InlineData("golden/dv-partitioned-with-checkpoint")]
    public async Task What_came_without_what_went_is_what_is_there(string name)
    {
        var path = await ShareAsync(name);
        using var read = new ReadBack(Process);

        var answer = (await QueryAsync(path, new { startingVersion = 0 })).ShouldBe(HttpStatusCode.OK);

        answer.Header("delta-sharing-capabilities").ShouldBe("responseformat=parquet");
        answer.Text.ShouldNotContain("columnMapping");
        var (adds, removes) = (Bodies(answer, "add"), Bodies(answer, "remove"));
        adds.ShouldNotBeEmpty();
        var came = await read.OfParquetAsync(adds);
        var there = removes.Count == 0 ? came : $"(SELECT * FROM ({came})) EXCEPT ALL SELECT * FROM ({await read.OfParquetAsync(removes)})";
        ReadBack.ShouldBeRowsOf(there, name);
        adds.Concat(removes).ShouldAllBe(file => file.GetProperty("version").GetInt64() >= 0 && file.GetProperty("timestamp").GetInt64() > 0);
    }

    [Fact]
    public async Task A_client_of_both_formats_that_lacks_a_feature_gets_what_one_of_parquet_gets()
    {
        var path = await ShareAsync("golden/dv-with-columnmapping");
        var expected = (await QueryAsync(path, new { startingVersion = 0 })).ShouldBe(HttpStatusCode.OK);
        const string lacking = "responseformat=delta,parquet;readerfeatures=columnmapping";

        var answer = await Acme.Http.PostAnswerAsync(path + "/query", """{"startingVersion":0}""", ("delta-sharing-capabilities", lacking));

        answer.ShouldBe(HttpStatusCode.OK).Header("delta-sharing-capabilities").ShouldBe("responseformat=parquet");
        IdsOf(answer).ShouldBe(IdsOf(expected));
        (await Process.UpdateTablesAsync("sales", "UPDATE", new { name = "shop.real", plain_copies_enabled = false })).ShouldBe(HttpStatusCode.OK);
        (await Acme.Http.PostAnswerAsync(path + "/query", """{"startingVersion":0}""", ("delta-sharing-capabilities", lacking)))
            .ShouldBe(HttpStatusCode.BadRequest)
            .Message.ShouldContain("needs the reader features deletionVectors");
    }

    [Fact]
    public async Task Files_have_the_columns_of_the_metadata_before_them()
    {
        var path = await ShareAsync("dat/column_mapping");
        using var read = new ReadBack(Process);

        var answer = (await QueryAsync(path, new { startingVersion = 0 })).ShouldBe(HttpStatusCode.OK);

        answer.Lines.Select(line => line.Kind).ShouldBe(["protocol", "metaData", "add", "metaData", "add"]);
        answer.Lines[1].Body.GetProperty("schemaString").GetString()!.ShouldContain("\"int\"");
        answer.Lines[3].Body.GetProperty("schemaString").GetString()!.ShouldContain("\"new_int\"");
        answer.Text.ShouldNotContain("columnMapping");
        var before = await read.OfParquetAsync([answer.Lines[2].Body]);
        var after = await read.OfParquetAsync([answer.Lines[4].Body]);
        ReadBack.ShouldBeRowsOf(
            $"SELECT letter, \"int\" AS new_int, date FROM ({before}) UNION ALL SELECT letter, new_int, date FROM ({after})",
            "dat/column_mapping"
        );
    }

    [Theory]
    [InlineData("golden/dv-with-columnmapping")]
    [InlineData("golden/dv-partitioned-with-checkpoint")]
    public async Task Pages_hold_what_the_whole_answer_holds(string name)
    {
        var path = await ShareAsync(name);
        var whole = (await QueryAsync(path, new { startingVersion = 0 })).ShouldBe(HttpStatusCode.OK);
        var (ids, token) = (new List<string>(), (string?)null);
        do
        {
            var page = await QueryAsync(
                path,
                new
                {
                    startingVersion = 0,
                    maxFiles = 3,
                    pageToken = token,
                }
            );
            page.ShouldBe(HttpStatusCode.OK);
            ids.AddRange(IdsOf(page));
            token = page.Lines[^1].Body.TryGetProperty("nextPageToken", out var next) ? next.GetString() : null;
        } while (token is not null);

        ids.ShouldBe(IdsOf(whole));
    }

    [Fact]
    public async Task A_table_that_does_not_allow_copies_is_refused()
    {
        var path = await ShareAsync("golden/dv-with-columnmapping");
        (await Process.UpdateTablesAsync("sales", "UPDATE", new { name = "shop.real", plain_copies_enabled = false })).ShouldBe(HttpStatusCode.OK);

        (await QueryAsync(path, new { startingVersion = 0 })).ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("response format delta");
    }

    private static List<JsonElement> Bodies(Answer answer, string kind) => [.. answer.Lines.Where(line => line.Kind == kind).Select(line => line.Body)];

    private static IEnumerable<string> IdsOf(Answer answer) =>
        answer
            .Lines.Where(line => line.Kind is "add" or "remove")
            .Select(line => $"{line.Kind} {line.Body.GetProperty("version")} {line.Body.GetProperty("id").GetString()}");

    private Task<Answer> QueryAsync(string path, object query) => Acme.Http.PostAnswerAsync(path + "/query", query);

    private async Task<string> ShareAsync(string name)
    {
        await Process.ShareTableAsync("sales", "shop.real", RealTables.Copy(name, Process.Lake));
        return "/delta-sharing/shares/sales/schemas/shop/tables/real";
    }
}
