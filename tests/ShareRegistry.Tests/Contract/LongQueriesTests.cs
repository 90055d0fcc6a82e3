using System.Net;
using Tideway.ShareRegistry.TableQuery;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Contract;

/// <summary>Queries that take longer than any call waits for them.</summary>
public sealed class LongQueriesTests : IAsyncLifetime
{
    private static readonly (string, string) Async = ("delta-sharing-capabilities", "responseformat=parquet;asyncquery=true");

    private const string Path = "/delta-sharing/shares/sales/schemas/shop/tables/orders";

    private RegistryProcess process = null!;
    private RecipientClient acme = null!;
    private LakeTable table = null!;

    public async ValueTask InitializeAsync()
    {
        process = await RegistryProcess.StartAsync("--ShareRegistry:AsyncQueries:Patience=00:00:00", "--ShareRegistry:AsyncQueries:PollPatience=00:00:50");
        acme = await process.AddRecipientAsync("acme");
        await process.CreateShareAsync("sales");
        await process.GrantAsync("sales", acme);
        table = LakeTable.Create(System.IO.Path.Combine(process.Lake, "orders"));
        table.Commit(table.Add("part-1.parquet", 10));
        await process.ShareTableAsync("sales", "shop.orders", table.Folder);
        process.Time.Longest = TimeSpan.FromSeconds(45);
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Theory]
    [InlineData("{}", 2)]
    [InlineData("""{"startingVersion":0}""", 2)]
    [InlineData("""{"startingVersion":1}""", 1)]
    [ProtocolRule("Get Query Info", "A query that takes longer than a call waits is answered by a later one")]
    public async Task A_query_that_takes_longer_than_a_call_waits_is_answered_by_a_later_one(string query, int files)
    {
        var id = await SubmitAsync("long", query);

        var answer = await PollAsync(id, new { });

        FilesOf(answer).Count.ShouldBe(files);
    }

    [Fact]
    public async Task Pages_of_one_query_are_not_taken_for_each_other()
    {
        var id = await SubmitAsync("pages", """{"startingVersion":0}""");

        var first = await PollAsync(id, new { maxFiles = 1 });
        var second = await PollAsync(id, new { maxFiles = 1, pageToken = TokenOf(first) });
        var again = await PollAsync(id, new { maxFiles = 1 });
        var whole = await PollAsync(id, new { });

        FilesOf(first).Concat(FilesOf(second)).ShouldBe(FilesOf(whole));
        FilesOf(again).ShouldBe(FilesOf(first));
        whole.Lines[^1].Kind.ShouldBe("add");
    }

    [Fact]
    public async Task A_failure_is_told_once_and_not_kept()
    {
        var commit = table.CommitFile(0);
        var sound = await File.ReadAllTextAsync(commit);
        var id = await SubmitAsync("failing", """{"startingVersion":0}""");
        await PollAsync(id, new { });
        File.WriteAllText(commit, "{");

        (await PollAsync(id, new { maxFiles = 5 })).ShouldBe(HttpStatusCode.InternalServerError);
        File.WriteAllText(commit, sound);

        FilesOf(await PollAsync(id, new { maxFiles = 5 })).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"startingVersion":0}""")]
    public async Task What_was_found_of_a_table_that_was_made_anew_since_is_found_anew(string query)
    {
        var id = await SubmitAsync("anew", query);
        await Eventually.Async(() => process.Get<AsyncQueryWork>().FinishedCount == 1);
        var anew = table.MakeAnew();
        anew.Commit(anew.Add("new-1.parquet", 10), anew.Add("new-2.parquet", 10), anew.Add("new-3.parquet", 10));

        var answer = await PollAsync(id, new { });

        FilesOf(answer).Count.ShouldBe(3);
        answer.Lines[1].Body.GetProperty("id").GetString().ShouldStartWith("7ba7b810");
    }

    private static List<string> FilesOf(Answer answer) =>
        [.. answer.ShouldBe(HttpStatusCode.OK).Lines.Where(line => line.Kind is "file" or "add").Select(line => line.Body.GetProperty("id").GetString()!)];

    private static string TokenOf(Answer page) => page.ShouldBe(HttpStatusCode.OK).Lines[^1].Body.GetProperty("nextPageToken").GetString()!;

    private async Task<string> SubmitAsync(string key, string query)
    {
        var body = query == "{}" ? $$"""{"idempotencyKey":"{{key}}"}""" : query[..^1] + $$""","idempotencyKey":"{{key}}"}""";
        var pending = await acme.Http.PostAnswerAsync(Path + "/query", body, Async);
        return pending.ShouldBe(HttpStatusCode.OK).Lines[0].Body.GetProperty("queryId").GetString()!;
    }

    // Asks until there is an answer, as clients do.
    private Task<Answer> PollAsync(string id, object body) =>
        Eventually.Async(
            () => acme.Http.PostAnswerAsync($"{Path}/queries/{id}", body, Async),
            answer => answer.Status != HttpStatusCode.OK || answer.Lines[0].Kind != "queryStatus",
            because: "An answer to the query"
        );
}
