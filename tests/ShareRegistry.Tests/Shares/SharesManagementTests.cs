using System.Net;
using Tideway.Contracts.ShareRegistry;
using Tideway.Hosting.Identity;
using Tideway.ShareRegistry.Tests.Hosts;

namespace Tideway.ShareRegistry.Tests.Shares;

public sealed class SharesManagementTests : IAsyncLifetime
{
    private const string Path = ShareSetup.SharesPath;

    private RegistryProcess process = null!;

    public async ValueTask InitializeAsync() => process = await RegistryProcess.StartAsync();

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    public async Task A_share_is_made_shown_described_renamed_and_removed()
    {
        var made = (await process.Operator.PostAnswerAsync(Path, new { name = "Sales", comment = "what we sell" })).ShouldBe(HttpStatusCode.Created).Json;
        made.GetProperty("name").GetString().ShouldBe("Sales");
        made.GetProperty("created_by").GetString().ShouldBe("operator");
        made.GetProperty("owner").GetString().ShouldBe("operator");
        made.GetProperty("created_at").GetInt64().ShouldBe(made.GetProperty("updated_at").GetInt64());
        made.TryGetProperty("objects", out _).ShouldBeFalse();
        var id = made.GetProperty("id").GetGuid();

        (await process.Operator.GetAnswerAsync($"{Path}/sALES")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("id").GetGuid().ShouldBe(id);
        var changed = await process.Operator.PatchAnswerAsync(
            $"{Path}/Sales",
            new
            {
                new_name = "Trade",
                comment = "what we trade",
                owner = "somebody",
            }
        );
        changed.ShouldBe(HttpStatusCode.OK).Json.GetProperty("id").GetGuid().ShouldBe(id);
        (await process.Operator.GetAnswerAsync($"{Path}/Sales")).ShouldBe(HttpStatusCode.NotFound).ErrorCode.ShouldBe("SHARE_DOES_NOT_EXIST");
        (await process.Operator.DeleteAnswerAsync($"{Path}/trade")).ShouldBe(HttpStatusCode.NoContent);
        (await process.Operator.DeleteAnswerAsync($"{Path}/trade")).ShouldBe(HttpStatusCode.NotFound).ErrorCode.ShouldBe("SHARE_DOES_NOT_EXIST");

        await process.Events.WaitForAsync<ShareDeleted>(_ => true);
        var created = process.Events.Of<ShareCreated>().ShouldHaveSingleItem();
        (created.ShareId, created.Revision, created.Actor).ShouldBe((id, 1, "operator"));
        var updated = process.Events.Of<ShareUpdated>().ShouldHaveSingleItem();
        (updated.ShareName, updated.Comment, updated.Owner, updated.Revision).ShouldBe(("Trade", "what we trade", "somebody", 2));
        process.Events.Of<ShareDeleted>().ShouldHaveSingleItem().Revision.ShouldBe(3);
    }

    public static TheoryData<object, string> TooMuch =>
        new()
        {
            { new { name = "s", display_name = new string('x', 256) }, "display_name: expected at most 255" },
            { new { name = "s", display_name = "a\u0000b" }, "display_name" },
            { new { name = "s", comment = "a\u0000b" }, "comment" },
            { new { name = "s", properties = Enumerable.Range(0, 51).ToDictionary(i => $"k{i}", _ => "v") }, "properties: expected at most 50 pairs, got 51" },
            { new { name = "s", properties = new Dictionary<string, string> { [""] = "v" } }, "properties: expected keys of 1 to 255" },
            { new { name = "s", properties = new Dictionary<string, string> { [new string('k', 256)] = "v" } }, "properties: expected keys of 1 to 255" },
            { new { name = "s", properties = new Dictionary<string, string> { ["k"] = new('v', 1001) } }, "properties.k: expected a text of at most 1000" },
            {
                new { name = "s", properties = new Dictionary<string, string?> { ["k"] = null } },
                "properties.k: expected a text of at most 1000 characters, got null"
            },
        };

    [Theory]
    [MemberData(nameof(TooMuch), DisableDiscoveryEnumeration = true)]
    public async Task A_description_that_is_too_much_is_refused_and_named(object body, string expected)
    {
        await process.CreateShareAsync("s");

        foreach (var answer in (Answer[])[await process.Operator.PostAnswerAsync(Path, body), await process.Operator.PatchAnswerAsync($"{Path}/s", body)])
            answer.ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain(expected);
    }

    [Fact]
    public async Task The_largest_description_is_kept_and_taken_away_again()
    {
        var properties = Enumerable.Range(0, 50).ToDictionary(i => $"{i:D2}{new string('k', 253)}", _ => new string('v', 1000));
        var body = new
        {
            name = "s",
            display_name = new string('x', 255),
            properties,
        };

        var made = (await process.Operator.PostAnswerAsync(Path, body)).ShouldBe(HttpStatusCode.Created).Json;
        var cleared = await process.Operator.PatchAnswerAsync($"{Path}/s", new { display_name = "", properties = new { } });

        made.GetProperty("display_name").GetString()!.Length.ShouldBe(255);
        made.GetProperty("properties").EnumerateObject().Select(pair => pair.Name).ShouldBe(properties.Keys);
        cleared.ShouldBe(HttpStatusCode.OK).Json.TryGetProperty("properties", out _).ShouldBeFalse();
        cleared.Json.TryGetProperty("display_name", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_name_in_another_case_is_the_same_name()
    {
        await process.CreateShareAsync("sales");
        await process.CreateShareAsync("other");

        (await process.Operator.PostAnswerAsync(Path, new { name = "SALES" })).ShouldBe(HttpStatusCode.Conflict).ErrorCode.ShouldBe("SHARE_ALREADY_EXISTS");
        (await process.Operator.PatchAnswerAsync($"{Path}/other", new { new_name = "Sales" }))
            .ShouldBe(HttpStatusCode.Conflict)
            .ErrorCode.ShouldBe("SHARE_ALREADY_EXISTS");
        (await process.Operator.PatchAnswerAsync($"{Path}/other", new { new_name = "OTHER" }))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("name")
            .GetString()
            .ShouldBe("OTHER");
    }

    [Theory]
    [InlineData("""{"name":"with space"}""", "name:")]
    [InlineData("""{"name":"with/slash"}""", "name:")]
    [InlineData("""{"name":"tab\there"}""", "name:")]
    [InlineData("""{"name":""}""", "name:")]
    [InlineData("{}", "name:")]
    [InlineData("""{"name":5}""", "name")]
    [InlineData("""{"name":"x","owner":""}""", "owner:")]
    [InlineData("""{"name":""", "JSON")]
    public async Task A_share_that_cannot_be_made_is_refused_by_field(string body, string expected)
    {
        var answer = (await process.Operator.PostAnswerAsync(Path, body)).ShouldBe(HttpStatusCode.BadRequest);

        answer.ErrorCode.ShouldBe("INVALID_PARAMETER_VALUE");
        answer.Message.ShouldContain(expected);
    }

    [Fact]
    public async Task A_name_of_256_characters_is_too_long()
    {
        (await process.Operator.PostAnswerAsync(Path, new { name = new string('x', 255) })).ShouldBe(HttpStatusCode.Created);
        (await process.Operator.PostAnswerAsync(Path, new { name = new string('x', 256) })).ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_comment_that_is_too_long_is_refused() =>
        (await process.Operator.PostAnswerAsync(Path, new { name = "x", comment = new string('x', 65_537) }))
            .ShouldBe(HttpStatusCode.BadRequest)
            .Message.ShouldContain("comment");

    [Fact]
    public async Task Shares_are_listed_by_pages_whose_last_has_no_token()
    {
        foreach (var name in (string[])["c", "A", "b", "e", "D"])
            await process.CreateShareAsync(name);

        var names = new List<string?>();
        string? token = null;
        do
        {
            var page = (await process.Operator.GetAnswerAsync($"{Path}?max_results=2&page_token={token}")).ShouldBe(HttpStatusCode.OK).Json;
            names.AddRange(page.GetProperty("shares").EnumerateArray().Select(share => share.GetProperty("name").GetString()));
            token = page.TryGetProperty("next_page_token", out var next) ? next.GetString() : null;
        } while (token is not null);

        names.ShouldBe(["A", "b", "c", "D", "e"]);
    }

    [Theory]
    [InlineData("max_results=-1")]
    [InlineData("max_results=many")]
    [InlineData("page_token=!!")]
    public async Task A_page_that_makes_no_sense_is_refused(string query) =>
        (await process.Operator.GetAnswerAsync($"{Path}?{query}")).ShouldBe(HttpStatusCode.BadRequest).ErrorCode.ShouldBe("INVALID_PARAMETER_VALUE");

    [Fact]
    public async Task Only_outbound_operators_and_administrators_manage_shares()
    {
        await process.CreateShareAsync("sales");
        foreach (var role in Roles.All)
        {
            var allowed = role is Roles.OutboundOperator or Roles.Admin;
            using var client = process.Principal("p-" + role, role);
            var answers = new[]
            {
                await client.GetAnswerAsync(Path),
                await client.GetAnswerAsync($"{Path}/sales"),
                await client.GetAnswerAsync($"{Path}/sales/permissions"),
                await client.PatchAnswerAsync($"{Path}/sales", new { comment = role }),
                await client.PatchAnswerAsync($"{Path}/sales/permissions", new { changes = Array.Empty<object>() }),
            };
            foreach (var answer in answers)
                answer.ShouldBe(allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
            (await client.PostAnswerAsync(Path, new { name = "by-" + role })).ShouldBe(allowed ? HttpStatusCode.Created : HttpStatusCode.Forbidden);
            (await client.DeleteAnswerAsync($"{Path}/by-{role}")).ShouldBe(allowed ? HttpStatusCode.NoContent : HttpStatusCode.Forbidden);
        }
    }

    [Fact]
    public async Task A_recipient_manages_nothing()
    {
        var acme = await process.AddRecipientAsync("acme");

        (await acme.Http.GetAnswerAsync(Path)).ShouldBe(HttpStatusCode.Unauthorized);
        (await process.Stranger.GetAnswerAsync(Path)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_change_that_changes_nothing_leaves_no_event()
    {
        await process.CreateShareAsync("sales");
        await process.Operator.PatchAnswerAsync($"{Path}/sales", new { new_name = "sales" });
        await process.Operator.PatchAnswerAsync($"{Path}/sales", new { comment = "now" });

        (await process.Events.WaitForAsync<ShareUpdated>(_ => true)).Revision.ShouldBe(2);
        process.Events.Of<ShareUpdated>().Count.ShouldBe(1);
    }
}
