using System.Text.Json.Nodes;
using Tideway.Cli.Tests.Support;
using Tideway.DeltaLog.Snapshots;
using Tideway.Testing;

namespace Tideway.Cli.Tests.Read;

/// <summary><c>tideway read</c> of a server that shares what it wants to, as it wants to.</summary>
public sealed class SharedTableTests : SharedReadTest
{
    [Fact]
    public async Task Variants_are_named_among_what_is_understood_and_read()
    {
        await Share.ShareAsync(TestTable.At("golden/spark-variant-checkpoint"));

        var run = await Share.ReadAsync("-o", "json");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Json.GetArrayLength().ShouldBe(102);
        var features = Share.Capabilities.Split(';').Single(part => part.StartsWith("readerfeatures=", StringComparison.Ordinal))[15..].Split(',');
        foreach (
            var feature in new[] { "varianttype", "varianttype-preview", "variantshredding", "variantshredding-preview", "deletionvectors", "v2checkpoint" }
        )
            features.ShouldContain(feature);
    }

    [Fact]
    public async Task A_column_is_found_in_any_case_and_shown_with_its_values()
    {
        await MakeAsync("SELECT 7 AS id, 'Bremen' AS City");

        var table = await Share.ReadAsync("--column", "ID", "--column", "cITY");
        var json = await Share.ReadAsync("--column", "ID", "-o", "json");

        table
            .Lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ShouldBe([
                ["id", "City"],
                ["7", "Bremen"],
            ]);
        json.Json[0].GetProperty("id").GetInt32().ShouldBe(7);
    }

    [Theory]
    [InlineData("--where", "nope = 1", "error: --where: ", "Referenced column \"nope\" not found")]
    [InlineData("--where", "nosuch(id)", "error: --where: ", "nosuch does not exist")]
    [InlineData("--column", "nope", "error: ", "The table has no column 'nope'; it has id, city.")]
    public async Task What_does_not_fit_the_columns_is_refused_before_the_files_are_here(string option, string value, string start, string said)
    {
        var snapshot = await MakeAsync("SELECT 7 AS id, 'Bremen' AS city");
        Changes(snapshot, "add");
        Share.FaultOf = async context =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };

        var runs = await Task.WhenAll(Share.ReadAsync(option, value), Share.ReadAsync(option, value, "--changes", "1.."))
            .WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        foreach (var run in runs)
        {
            run.ExitCode.ShouldBe(2, run.Error);
            run.Error.ShouldStartWith(start);
            run.Error.ShouldContain(said);
            run.Error.ShouldNotContain("LINE");
        }
    }

    [Fact]
    public async Task Changes_are_told_apart_by_a_column_that_is_not_shown()
    {
        var snapshot = await MakeAsync("SELECT range AS id, 'c' || range AS city FROM range(5)");
        Changes(snapshot, "add");

        var run = await Share.ReadAsync("--changes", "1..", "--where", "id > 2 AND _change_type = 'insert'", "--column", "city", "-o", "json");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Json.EnumerateArray().Select(row => row.GetProperty("city").GetString()).Order().ShouldBe(["c3", "c4"]);
        run.Json[0].EnumerateObject().Select(member => member.Name).ShouldBe(["city", "_change_type", "_commit_version", "_commit_timestamp"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_went_need_not_have_a_size(bool isToldWhereItCame)
    {
        var snapshot = await MakeAsync("SELECT range AS id FROM range(5)");
        if (isToldWhereItCame)
            Changes(snapshot, "add", "remove");
        else
            Changes(snapshot, "remove");

        var run = await Share.ReadAsync("--changes", "1..", "-o", "json", "--where", "_change_type = 'delete'");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Json.GetArrayLength().ShouldBe(5);
    }

    [Fact]
    public async Task A_file_that_came_must_have_a_size()
    {
        var snapshot = await MakeAsync("SELECT 1 AS id");
        Share.Query([.. FakeShare.Head(snapshot), FakeShare.File("add", "a", "https://files.example.org/a", [])]);

        var run = await Share.ReadAsync();

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("expected the number size");
    }

    [Theory]
    [InlineData("""{"file":{"id":"a","deltaSingleAction":{"add":{"path":"relative","size":1}}}}""", "expected an absolute URL")]
    [InlineData("""{"file":{"id":"a","deltaSingleAction":{"add":{"path":"\ud800","size":1}}}}""", "expected texts of Unicode")]
    [InlineData("""{"file":{"id":"","deltaSingleAction":{"add":{"path":"https://files.example.org/a","size":1}}}}""", "expected an id")]
    [InlineData("""{"file":{"id":"","url":"https://files.example.org/a","size":1,"partitionValues":{}}}""", "expected an id")]
    [InlineData("""{"file":{"id":"a","deltaSingleAction":{"add":{"path":"https://files.example.org/a","size":-1}}}}""", "expected a size")]
    [InlineData("""{"file":null}""", "got null")]
    [InlineData("""{"file":{"id":"a","deltaSingleAction":7}}""", "expected deltaSingleAction")]
    [InlineData("{", "expected")]
    public async Task A_malformed_line_is_a_failure_of_the_server_with_address_and_request(string line, string said)
    {
        var snapshot = await MakeAsync("SELECT 1 AS id");
        Share.Query([.. FakeShare.Head(snapshot), line, "{}"]);

        var run = await Share.ReadAsync();

        run.ExitCode.ShouldBe(1, run.Error);
        run.Error.ShouldContain(said);
        run.Error.ShouldContain("/ds/shares/s/schemas/sc/tables/t/query");
        run.Error.ShouldContain("(request req-1)");
    }

    [Fact]
    public async Task A_profile_that_is_none_is_a_fault_of_the_command_line()
    {
        var run = await new CliRun().RunAsync("read", Folder.Write("none.share", "{}") + "#s.sc.t");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("shareCredentialsVersion");
    }

    [Theory]
    [InlineData("id > 0", true)]
    [InlineData("city LIKE 'c%'", false)]
    [InlineData("city = 'a\\nb' OR id >= 0", false)]
    [ProtocolRule("SQL Expressions for Filtering", "Our command line sends a condition as a hint only where every dialect of SQL understands it alike")]
    public async Task A_condition_is_sent_where_it_means_the_same_there_and_holds_in_any_case(string where, bool isSent)
    {
        await MakeAsync("SELECT 1 AS id, 'c' AS city");

        var run = await Share.ReadAsync("--where", where, "-o", "json");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Json.GetArrayLength().ShouldBe(1);
        Share.Api.Requests.First().Body.Contains("predicateHints", StringComparison.Ordinal).ShouldBe(isSent);
    }

    [Fact]
    public async Task Numbers_that_are_none_are_shown_and_are_texts_in_json()
    {
        await MakeAsync("SELECT 'NaN'::DOUBLE AS a, '-Infinity'::FLOAT AS b, 'NaN, Infinity' AS c");

        var table = await Share.ReadAsync();
        var json = await Share.ReadAsync("-o", "json");

        table.ExitCode.ShouldBe(0, table.Error);
        table.Lines[1].ShouldMatch("^NaN +-Infinity +NaN, Infinity$");
        json.Json[0].ToString().ShouldBe("""{"a":"NaN","b":"-Infinity","c":"NaN, Infinity"}""");
    }

    [Theory]
    [InlineData("proxy.example.org:3128")]
    [InlineData("ftp://secret-user:secret-word@proxy.example.org")]
    [InlineData("")]
    public async Task A_proxy_that_is_none_is_refused_without_repeating_its_password(string proxy)
    {
        var run = await Share.ReadAsync("--proxy", proxy);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("--proxy: expected env, or an address");
        run.Error.ShouldNotContain("secret");
    }

    [Fact]
    public async Task A_server_is_asked_by_the_proxy_and_http_stays_refused()
    {
        var host = "share.example.org";
        var secure = Folder.Write("s.share", $$"""{"shareCredentialsVersion":1,"endpoint":"https://{{host}}/ds","bearerToken":"x"}""");
        var plain = Folder.Write("h.share", $$"""{"shareCredentialsVersion":1,"endpoint":"http://{{host}}/ds","bearerToken":"x"}""");
        Share.Api.On($"CONNECT {host}:443", "", status: 403);

        var run = await new CliRun().RunAsync("read", secure, "--proxy", Share.Api.Url, "--timeout", "20s");
        var refused = await new CliRun().RunAsync("read", plain, "--proxy", Share.Api.Url);

        run.ExitCode.ShouldBe(6, run.Error);
        Share.Api.Requests.ShouldNotBeEmpty();
        Share.Api.Requests.ShouldAllBe(request => request.Line == $"CONNECT {host}:443");
        refused.ExitCode.ShouldBe(2);
        refused.Error.ShouldContain("--allow-insecure");
    }

    private async Task<Snapshot> MakeAsync(string sql)
    {
        var path = Folder.File("t");
        var made = await new CliRun().RunAsync("table", "create", path, "--sql", sql);
        made.ExitCode.ShouldBe(0, made.Error);
        return await Share.ShareAsync(path);
    }

    // The one file of the table, in one version each; what went has no size.
    private void Changes(Snapshot snapshot, params string[] kinds)
    {
        var file = snapshot.Files.Single();
        var url = Share.UrlOf(Path.Combine(Folder.File("t"), file.Path));
        Share.Changes(
            "startingVersion=1",
            [
                .. FakeShare.Head(snapshot),
                .. kinds.Select(
                    (kind, index) =>
                        FakeShare.File(
                            kind,
                            "the-file",
                            url,
                            kind == "add" ? FakeShare.Body(file) : new JsonObject { ["partitionValues"] = new JsonObject(), ["dataChange"] = true },
                            index + 1
                        )
                ),
            ]
        );
    }
}
