using System.Net;
using Tideway.Contracts.RecipientAuth;
using Tideway.RecipientAuth.Tests.Hosts;
using static Tideway.RecipientAuth.Tests.Hosts.Answers;

namespace Tideway.RecipientAuth.Tests.Principals;

public sealed class PrincipalsApiTests : IAsyncLifetime
{
    private RecipientAuthProcess process = null!;

    public async ValueTask InitializeAsync() => process = await RecipientAuthProcess.StartAsync();

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    public async Task A_new_principal_shows_its_token_once()
    {
        var made = await process.Admin.PostAnswerAsync(
            PrincipalsPath,
            new
            {
                name = "Sync",
                comment = "nightly",
                roles = new[] { "inbound-operator", "auditor" },
            }
        );

        made.Status.ShouldBe(HttpStatusCode.Created);
        made.Json.GetProperty("token").GetString()!.ShouldStartWith("twp_");
        var found = await process.Admin.GetAnswerAsync(PrincipalsPath + "/sync");
        found.Json.TryGetProperty("token", out _).ShouldBeFalse();
        found.Json.GetProperty("roles").EnumerateArray().Select(r => r.GetString()).ShouldBe(["inbound-operator", "auditor"]);
        found.Json.GetProperty("token_expiration_time").GetInt64().ShouldBeGreaterThan(process.Time.GetUtcNow().AddDays(364).ToUnixTimeMilliseconds());
        var created = await process.Events.WaitForAsync<PrincipalCreated>(e => e.PrincipalName == "Sync");
        created.Actor.ShouldBe("admin");
        created.Roles.ShouldBe(["inbound-operator", "auditor"]);
    }

    [Fact]
    public async Task Principals_are_listed_page_by_page()
    {
        await process.CreatePrincipalAsync("b", "steward");
        await process.CreatePrincipalAsync("C", "steward");

        var first = await process.Admin.GetAnswerAsync(PrincipalsPath + "?max_results=2");
        var second = await process.Admin.GetAnswerAsync($"{PrincipalsPath}?max_results=2&page_token={first.Json.GetProperty("next_page_token").GetString()}");

        Names(first).ShouldBe(["admin", "b"]);
        Names(second).ShouldBe(["C"]);
        second.Json.TryGetProperty("next_page_token", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"roles": ["admin"]}""", "name")]
    [InlineData("""{"name": "a b", "roles": ["admin"]}""", "name")]
    [InlineData("""{"name": "a"}""", "roles")]
    [InlineData("""{"name": "a", "roles": []}""", "roles")]
    [InlineData("""{"name": "a", "roles": ["root"]}""", "roles")]
    [InlineData("""{"name": "a", "roles": ["Admin"]}""", "roles")]
    [InlineData("""{"name": "a", "roles": [null]}""", "roles")]
    [InlineData("""{"name": "a", "roles": ["admin"], "token_lifetime_seconds": 0}""", "token_lifetime_seconds")]
    [InlineData("""{"name": "a", "roles": ["admin"], "token_lifetime_seconds": 31536001}""", "token_lifetime_seconds")]
    [InlineData("""{"name": "a", "roles": ["admin"], "comment": "\u0000"}""", "comment")]
    public async Task A_value_that_is_not_what_was_expected_is_400_and_named(string body, string field)
    {
        var answer = await process.Admin.PostAnswerAsync(PrincipalsPath, body);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.ErrorCode.ShouldBe("INVALID_PARAMETER_VALUE");
        answer.Message!.ShouldContain(field);
    }

    [Fact]
    public async Task A_second_principal_of_the_name_is_refused() =>
        (await process.Admin.PostAnswerAsync(PrincipalsPath, new { name = "ADMIN", roles = new[] { "steward" } })).ErrorCode.ShouldBe(
            "PRINCIPAL_ALREADY_EXISTS"
        );

    [Fact]
    public async Task Only_an_admin_touches_principals()
    {
        using var operators = process.ClientOf(await process.CreatePrincipalAsync("all-but", "outbound-operator", "inbound-operator", "steward", "auditor"));

        (await operators.GetAnswerAsync(PrincipalsPath)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await operators.GetAnswerAsync(PrincipalsPath + "/admin")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await operators.PostAnswerAsync(PrincipalsPath, new { name = "x", roles = new[] { "admin" } })).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await operators.PostAnswerAsync(PrincipalsPath + "/all-but/rotate-token", "{}")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await operators.DeleteAnswerAsync(PrincipalsPath + "/admin")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await process.Stranger.GetAnswerAsync(PrincipalsPath)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_replaced_token_ends_and_the_new_one_works()
    {
        var old = await process.CreatePrincipalAsync("boss", "admin");
        using var before = process.ClientOf(old);
        (await before.GetAnswerAsync(PrincipalsPath)).Status.ShouldBe(HttpStatusCode.OK);

        var rotated = await process.Admin.PostAnswerAsync(PrincipalsPath + "/boss/rotate-token", new { token_lifetime_seconds = 60 });

        using var after = process.ClientOf(rotated.Json.GetProperty("token").GetString()!);
        (await after.GetAnswerAsync(PrincipalsPath)).Status.ShouldBe(HttpStatusCode.OK);
        var revoked = await process.Events.WaitForAsync<PrincipalTokenRevoked>(e => e.PrincipalName == "boss");
        await process.Events.WaitForAsync<CredentialsChanged>(e => e.OwnerId == revoked.PrincipalId);
        await WaitForAsync(async () => (await before.GetAnswerAsync(PrincipalsPath)).Status == HttpStatusCode.Unauthorized);
        process.Time.Advance(TimeSpan.FromSeconds(60));
        (await after.GetAnswerAsync(PrincipalsPath)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_rotation_needs_no_body()
    {
        await process.CreatePrincipalAsync("a", "steward");

        (await process.Admin.SendAnswerAsync(HttpMethod.Post, PrincipalsPath + "/a/rotate-token", body: null)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_deleted_principal_is_locked_out()
    {
        using var steward = process.ClientOf(await process.CreatePrincipalAsync("gone", "outbound-operator"));
        (await steward.GetAnswerAsync(RecipientsPath)).Status.ShouldBe(HttpStatusCode.OK);

        (await process.Admin.DeleteAnswerAsync(PrincipalsPath + "/gone")).Status.ShouldBe(HttpStatusCode.NoContent);

        await WaitForAsync(async () => (await steward.GetAnswerAsync(RecipientsPath)).Status == HttpStatusCode.Unauthorized);
        (await process.Admin.GetAnswerAsync(PrincipalsPath + "/gone")).ErrorCode.ShouldBe("PRINCIPAL_DOES_NOT_EXIST");
        (await process.Admin.DeleteAnswerAsync(PrincipalsPath + "/gone")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await process.Admin.PostAnswerAsync(PrincipalsPath + "/gone/rotate-token", "{}")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_last_administrator_who_can_sign_in_stays()
    {
        await process.Admin.PostAnswerAsync(
            PrincipalsPath,
            new
            {
                name = "brief",
                roles = new[] { "admin" },
                token_lifetime_seconds = 60,
            }
        );
        process.Time.Advance(TimeSpan.FromSeconds(60));

        var last = await process.Admin.DeleteAnswerAsync(PrincipalsPath + "/admin");

        last.Status.ShouldBe(HttpStatusCode.Conflict);
        last.ErrorCode.ShouldBe("INVALID_STATE");
        (await process.Admin.DeleteAnswerAsync(PrincipalsPath + "/brief")).Status.ShouldBe(HttpStatusCode.NoContent);
        await process.CreatePrincipalAsync("second", "admin");
        (await process.Admin.DeleteAnswerAsync(PrincipalsPath + "/admin")).Status.ShouldBe(HttpStatusCode.NoContent);
    }

    private static IEnumerable<string?> Names(Answer answer) =>
        answer.Json.GetProperty("principals").EnumerateArray().Select(p => p.GetProperty("name").GetString());

    private static async Task WaitForAsync(Func<Task<bool>> condition)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition())
            await Task.Delay(10, timeout.Token);
    }
}
