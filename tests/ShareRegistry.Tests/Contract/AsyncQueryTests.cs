using System.Net;
using Tideway.Hosting.Identity;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Contract;

/// <summary>Queries that a client is ready to wait for.</summary>
public sealed class AsyncQueryTests : IAsyncLifetime
{
    private static readonly (string, string) Async = ("delta-sharing-capabilities", "responseformat=parquet;asyncquery=true");

    private RegistryProcess process = null!;
    private RecipientClient acme = null!;
    private LakeTable table = null!;

    private const string Path = "/delta-sharing/shares/sales/schemas/shop/tables/orders";

    public async ValueTask InitializeAsync()
    {
        // Nothing is ever answered at once.
        process = await RegistryProcess.StartAsync(
            "--ShareRegistry:AsyncQueries:Patience=00:00:00",
            "--ShareRegistry:AsyncQueries:MaxPerRecipient=3",
            "--ShareRegistry:AsyncQueries:MaxWaiting=4"
        );
        acme = await process.AddRecipientAsync("acme");
        await process.CreateShareAsync("sales");
        await process.GrantAsync("sales", acme);
        table = LakeTable.Create(System.IO.Path.Combine(process.Lake, "orders"));
        await process.ShareTableAsync("sales", "shop.orders", table.Folder);
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    [ProtocolRule("Get Query Info", "A query that is not ready is one queryStatus line that is pending, with an id to ask by")]
    [ProtocolRule("Get Query Info", "The pending answer has the header Delta-Table-Version, without which Spark fails")]
    [ProtocolRule("Get Query Info", "Asking by the id gives the answer of the query, of the version that was the latest when it was put")]
    public async Task A_pending_query_is_asked_for_by_its_id()
    {
        var pending = await SubmitAsync("one");
        table.Commit(table.Add("part-1.parquet", 10));

        var answer = (await PollAsync(IdOf(pending), new { })).ShouldBe(HttpStatusCode.OK);

        pending.Lines.ShouldHaveSingleItem().Kind.ShouldBe("queryStatus");
        pending.Lines[0].Body.GetProperty("status").GetString().ShouldBe("pending");
        pending.Header("Delta-Table-Version").ShouldBe("0");
        pending.Header("delta-sharing-capabilities").ShouldBe("responseformat=parquet;asyncquery=true");
        answer.Header("Delta-Table-Version").ShouldBe("0");
        answer.Lines.Select(line => line.Kind).ShouldBe(["protocol", "metaData", "file"]);
    }

    [Fact]
    [ProtocolRule("Get Query Info", "The answer comes in pages where they are asked for")]
    public async Task The_answer_comes_in_pages()
    {
        table.Commit(table.Add("part-1.parquet", 10));
        var id = IdOf(await SubmitAsync("pages"));

        var first = (await PollAsync(id, new { maxFiles = 1 })).ShouldBe(HttpStatusCode.OK);
        var second = (await PollAsync(id, new { maxFiles = 1, pageToken = first.Lines[^1].Body.GetProperty("nextPageToken").GetString() })).ShouldBe(
            HttpStatusCode.OK
        );

        first.Files().Concat(second.Files()).Select(file => file.GetProperty("id").GetString()).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    [ProtocolRule("Get Query Info", "A query that wants a refresh token, or has one, is told it with its first page, and its further pages go on as others do")]
    public async Task What_Spark_asks_for_comes_in_pages()
    {
        table.Commit(table.Add("part-1.parquet", 10), table.Add("part-2.parquet", 10));
        var latest = await SparkAsync("""{"predicateHints":[],"maxFiles":1,"includeRefreshToken":true,"idempotency_key":"latest"}""");
        var refresh = latest[0].Lines[^1].Body.GetProperty("refreshToken").GetString();
        // The version of before the commits that were made from page to page.
        var again = await SparkAsync(
            $$"""{"predicateHints":[],"maxFiles":1,"includeRefreshToken":true,"refreshToken":"{{refresh}}","idempotency_key":"again"}"""
        );

        foreach (var pages in new[] { latest, again })
        {
            pages.SelectMany(page => page.Files()).Select(file => file.GetProperty("id").GetString()).Distinct().Count().ShouldBe(3);
            pages.Count.ShouldBe(3);
            pages.Select(page => page.Header("Delta-Table-Version")).Distinct().ShouldBe(["1"]);
            pages.Select(page => page.Lines[^1].Kind).Distinct().ShouldBe(["endStreamAction"]);
            pages.Select(page => page.Lines[0].Body.GetRawText() + page.Lines[1].Body.GetRawText()).Distinct().ShouldHaveSingleItem();
            pages.Select(page => page.Lines[^1].Body.TryGetProperty("refreshToken", out _)).ShouldBe([true, false, false]);
        }

        async Task<List<Answer>> SparkAsync(string query)
        {
            var queryId = IdOf(await SendAsync(query));
            var pages = new List<Answer> { (await PollAsync(queryId, new { queryId, maxFiles = 1 })).ShouldBe(HttpStatusCode.OK) };
            while (pages[^1].Lines[^1].Body.TryGetProperty("nextPageToken", out var next))
            {
                table.Commit(LakeTable.AddLine($"more-{table.LatestVersion}.parquet", 10, 1));
                var body = new
                {
                    queryId,
                    maxFiles = 1,
                    pageToken = next.GetString(),
                };
                pages.Add((await PollAsync(queryId, body)).ShouldBe(HttpStatusCode.OK));
            }

            return pages;
        }
    }

    [Theory]
    [InlineData("delta", 64)]
    [InlineData("parquet", 32)]
    [ProtocolRule("Get Query Info", "File ids are made as the query asked for, also where its answer is asked for without the fileidhash header")]
    public async Task Ids_of_files_are_those_that_the_query_was_submitted_with(string hash, int length)
    {
        table.Commit(table.Add("part-1.parquet", 10));
        var header = ("fileidhash", hash);
        var id = IdOf(await acme.Http.PostAnswerAsync(Path + "/query", """{"idempotencyKey":"ids"}""", Async, header));

        var first = (await PollAsync(id, new { maxFiles = 1 })).ShouldBe(HttpStatusCode.OK);
        var token = first.Lines[^1].Body.GetProperty("nextPageToken").GetString();
        var second = (await acme.Http.PostAnswerAsync($"{Path}/queries/{id}", new { maxFiles = 1, pageToken = token }, Async, header)).ShouldBe(
            HttpStatusCode.OK
        );

        first.Header("fileidhash").ShouldBe(hash);
        var ids = first.Files().Concat(second.Files()).Select(file => file.GetProperty("id").GetString()!).ToList();
        ids.Count.ShouldBe(2);
        ids.ShouldAllBe(id => id.Length == length);
    }

    [Fact]
    public async Task A_refresh_token_with_the_token_of_a_page_is_refused_also_where_the_key_is_known()
    {
        table.Commit(table.Add("part-1.parquet", 10));
        const string query = """{"maxFiles":1,"includeRefreshToken":true,"idempotency_key":"both"}""";
        var first = await PollAsync(IdOf(await SendAsync(query)), new { maxFiles = 1 });
        var token = first.Lines[^1].Body.GetProperty("nextPageToken").GetString();

        (await SendAsync(query[..^1] + $$""","pageToken":"{{token}}"}"""))
            .ShouldBe(HttpStatusCode.BadRequest)
            .Message.ShouldContain("includeRefreshToken must be used in the first page request");
    }

    [Fact]
    [ProtocolRule(
        "Get Query Info",
        "The idempotency key makes two attempts one query",
        Served = "idempotencyKey and idempotency_key are both taken; for another query of the table the key is refused"
    )]
    public async Task The_same_key_is_the_same_query()
    {
        var id = IdOf(await SubmitAsync("same"));

        // What the first attempt began is done by now or will be: the second is answered.
        var again = (await SendAsync("""{"idempotency_key":"same"}""")).ShouldBe(HttpStatusCode.OK);

        again.Lines.Select(line => line.Kind).ShouldBe(["protocol", "metaData", "file"]);
        (await SendAsync("""{"idempotencyKey":"same","limitHint":5}""")).ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("idempotency_key");
        (await PollAsync(id, new { })).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    [ProtocolRule("Get Query Info", "An id is unknown to all but its recipient and for all but its table, and ends")]
    public async Task An_id_is_good_for_its_recipient_its_table_and_its_time()
    {
        var id = IdOf(await SubmitAsync("mine"));
        var other = await process.AddRecipientAsync("other");
        await process.GrantAsync("sales", other);
        await process.ShareTableAsync("sales", "shop.twin", table.Folder);

        (await other.Http.PostAnswerAsync($"{Path}/queries/{id}", new { }))
            .ShouldBe(HttpStatusCode.NotFound)
            .Message.ShouldContain("queryId is unknown or expired");
        (await acme.Http.PostAnswerAsync($"{Path.Replace("orders", "twin", StringComparison.Ordinal)}/queries/{id}", new { })).ShouldBe(
            HttpStatusCode.NotFound
        );
        (await PollAsync("0000", new { })).ShouldBe(HttpStatusCode.NotFound).ProtocolCode.ShouldBe("RESOURCE_DOES_NOT_EXIST");
        await process.RevokeAsync("sales", acme);
        (await PollAsync(id, new { })).ShouldBe(HttpStatusCode.NotFound);
        await process.GrantAsync("sales", acme);
        (await PollAsync(id, new { })).ShouldBe(HttpStatusCode.OK);
        process.Time.Advance(TimeSpan.FromHours(7));
        (await PollAsync(id, new { })).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    [ProtocolRule("Get Query Info", "A query that failed is an HTTP error: clients take every queryStatus line for a pending one")]
    public async Task A_query_that_fails_is_an_error()
    {
        table.Commit(table.Add("part-1.parquet", 1));
        File.WriteAllText(table.CommitFile(1), "{");
        var id = IdOf(await SubmitAsync("broken"));

        (await PollAsync(id, new { })).ShouldBe(HttpStatusCode.InternalServerError).ProtocolCode.ShouldBe("INTERNAL_ERROR");
    }

    [Fact]
    [ProtocolRule("Get Query Info", "There are only so many ids for one recipient at a time", Served = "429 with Retry-After")]
    public async Task Ids_are_bounded_and_end()
    {
        foreach (var key in new[] { "1", "2", "3" })
            IdOf(await SubmitAsync(key));

        (await SendAsync("""{"idempotencyKey":"4"}""")).ShouldBe(HttpStatusCode.TooManyRequests).Header("Retry-After").ShouldBe("30");
        process.Time.Advance(TimeSpan.FromHours(7));
        IdOf(await SubmitAsync("5"));
    }

    [Fact]
    [ProtocolRule("Get Query Info", "There are only so many ids at a time over all", Served = "429 with Retry-After")]
    public async Task Ids_are_bounded_over_all()
    {
        foreach (var key in new[] { "1", "2", "3" })
            IdOf(await SubmitAsync(key));
        var other = await process.AddRecipientAsync("other");
        await process.GrantAsync("sales", other);

        IdOf(await other.Http.PostAnswerAsync(Path + "/query", """{"idempotencyKey":"4"}""", Async));

        (await other.Http.PostAnswerAsync(Path + "/query", """{"idempotencyKey":"5"}""", Async))
            .ShouldBe(HttpStatusCode.TooManyRequests)
            .Header("Retry-After")
            .ShouldBe("30");
    }

    [Fact]
    [ProtocolRule("Get Query Info", "However many ask for a query at a time, each gets the answer to its own page")]
    public async Task Many_who_ask_for_a_query_at_a_time_all_get_their_answers()
    {
        table.Commit(table.Add("part-1.parquet", 10));
        var id = IdOf(await SubmitAsync("many"));

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => PollAsync(id, i % 2 == 0 ? new { maxFiles = (int?)1 } : new { maxFiles = (int?)null }))
        );

        for (var i = 0; i < answers.Length; i++)
            answers[i].ShouldBe(HttpStatusCode.OK).Files().Count.ShouldBe(i % 2 == 0 ? 1 : 2);
        answers.Select(answer => answer.Header("x-request-id")).ShouldBeUnique();
    }

    [Fact]
    public async Task Queries_that_were_answered_leave_room_for_others_and_keep_their_further_pages()
    {
        table.Commit(table.Add("part-1.parquet", 10));
        foreach (var key in new[] { "1", "2", "3" })
        {
            var id = IdOf(await SubmitAsync(key));
            var first = (await PollAsync(id, new { maxFiles = 1 })).ShouldBe(HttpStatusCode.OK);
            IdOf(await SubmitAsync(key + "-more"));
            var pageToken = first.Lines[^1].Body.GetProperty("nextPageToken").GetString();
            (await PollAsync(id, new { maxFiles = 1, pageToken })).ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    [ProtocolRule("Get Query Info", "An id is good after a restart and at every replica")]
    public async Task Another_process_goes_on_with_a_query()
    {
        var folder = Directory.CreateTempSubdirectory("tideway-async-").FullName;
        try
        {
            var lake = Directory.CreateDirectory(System.IO.Path.Combine(folder, "lake")).FullName;
            string[] settings = ["--Database:Folder=" + folder, "--Storage:Roots:lake=" + lake, "--ShareRegistry:AsyncQueries:Patience=00:00:00"];
            string id;
            RecipientClient recipient;
            await using (var first = await RegistryProcess.StartAsync(settings))
            {
                recipient = await first.AddRecipientAsync("moved");
                await first.CreateShareAsync("sales");
                await first.GrantAsync("sales", recipient);
                await first.ShareTableAsync("sales", "shop.orders", LakeTable.Create(System.IO.Path.Combine(lake, "orders")).Folder);
                id = IdOf(await recipient.Http.PostAnswerAsync(Path + "/query", """{"idempotencyKey":"moved"}""", Async));
            }

            await using var second = await RegistryProcess.StartAsync(settings);
            var credential = new Credential
            {
                Kind = CredentialKind.Recipient,
                Id = recipient.Id,
                Name = recipient.Name,
                ExpiresAt = second.Time.GetUtcNow().AddDays(1),
            };
            second.Credentials.Add(recipient.Token, credential);
            var answer = await second.ClientOf(recipient.Token).PostAnswerAsync($"{Path}/queries/{id}", new { }, Async);

            answer.ShouldBe(HttpStatusCode.OK).Files().Count.ShouldBe(1);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    [ProtocolRule("Get Query Info", "Without a key there is no asynchronous query")]
    public async Task A_key_is_required() =>
        (await SendAsync("{}")).ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("idempotency_key is required for async query");

    [Fact]
    [ProtocolRule(
        "Delta Sharing Capabilities Header",
        "A server may answer an asynchronous query at once",
        Served = "whatever is ready within a second, and every query of a client that did not offer to wait"
    )]
    public async Task A_query_of_who_does_not_wait_is_answered_at_once() =>
        (await acme.Http.PostAnswerAsync(Path + "/query", """{"idempotencyKey":"k"}""")).ShouldBe(HttpStatusCode.OK).Files().Count.ShouldBe(1);

    private static string IdOf(Answer pending) => pending.ShouldBe(HttpStatusCode.OK).Lines[0].Body.GetProperty("queryId").GetString()!;

    private Task<Answer> SubmitAsync(string key) => SendAsync($$"""{"idempotencyKey":"{{key}}"}""");

    private Task<Answer> SendAsync(string body) => acme.Http.PostAnswerAsync(Path + "/query", body, Async);

    private Task<Answer> PollAsync(string id, object body) => acme.Http.PostAnswerAsync($"{Path}/queries/{id}", body, Async);
}
