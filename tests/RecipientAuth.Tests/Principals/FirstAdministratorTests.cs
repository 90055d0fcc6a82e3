using System.Net;
using Microsoft.Extensions.Options;
using Tideway.RecipientAuth.Principals;
using Tideway.RecipientAuth.Tests.Hosts;
using static Tideway.RecipientAuth.Tests.Hosts.Answers;

namespace Tideway.RecipientAuth.Tests.Principals;

public sealed class FirstAdministratorTests : IDisposable
{
    private const string NoToken = "--RecipientAuth:BootstrapAdminToken";
    private const string OtherToken = "--RecipientAuth:BootstrapAdminToken=another-bootstrap-token-0123456789abc";

    private readonly string folder = RecipientAuthProcess.NewFolder();

    private string Folder => "--Database:Folder=" + folder;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_configured_token_makes_the_first_administrator_and_no_second()
    {
        await using (var first = await RecipientAuthProcess.StartAsync(Folder))
        {
            (await first.Admin.GetAnswerAsync(PrincipalsPath)).Json.GetProperty("principals").GetArrayLength().ShouldBe(1);
        }

        await using var second = await RecipientAuthProcess.StartAsync(Folder, OtherToken);
        (await second.Admin.GetAnswerAsync(PrincipalsPath)).Json.GetProperty("principals").GetArrayLength().ShouldBe(1);
        using var other = second.ClientOf(OtherToken[(OtherToken.IndexOf('=') + 1)..]);
        (await other.GetAnswerAsync(PrincipalsPath)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Without_a_configured_token_the_host_asks_for_one_once()
    {
        await using var process = await RecipientAuthProcess.StartAsync(Folder, NoToken + "=");
        (await process.Admin.GetAnswerAsync(PrincipalsPath)).Status.ShouldBe(HttpStatusCode.Unauthorized);

        var token = await process.Get<FirstAdministrator>().EnsureAsync(TestContext.Current.CancellationToken);

        using var admin = process.ClientOf(token.ShouldNotBeNull());
        (await admin.GetAnswerAsync(PrincipalsPath)).Status.ShouldBe(HttpStatusCode.OK);
        (await process.Get<FirstAdministrator>().EnsureAsync(TestContext.Current.CancellationToken)).ShouldBeNull();
    }

    [Fact]
    public async Task Several_that_ask_at_the_same_moment_make_one()
    {
        await using var process = await RecipientAuthProcess.StartAsync(Folder, NoToken + "=");

        var tokens = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => process.Get<FirstAdministrator>().EnsureAsync(TestContext.Current.CancellationToken))
        );

        tokens.Count(t => t is not null).ShouldBe(1);
    }

    [Fact]
    public async Task An_administrator_whose_token_ended_gets_a_new_one_but_never_a_spent_one()
    {
        await using var process = await RecipientAuthProcess.StartAsync(Folder);
        process.Time.Advance(TimeSpan.FromDays(366));
        var first = process.Get<FirstAdministrator>();

        (await first.EnsureAsync(RecipientAuthProcess.AdminToken, TestContext.Current.CancellationToken)).ShouldBe(BootstrapResult.TokenSpent);
        (await process.Admin.GetAnswerAsync(PrincipalsPath)).Status.ShouldBe(HttpStatusCode.Unauthorized);

        using var admin = process.ClientOf((await first.EnsureAsync(TestContext.Current.CancellationToken)).ShouldNotBeNull());
        (await admin.GetAnswerAsync(PrincipalsPath)).Json.GetProperty("principals").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_principal_that_took_the_name_without_the_role_stays_what_it_is()
    {
        await using var process = await RecipientAuthProcess.StartAsync(Folder);
        await process.CreatePrincipalAsync("boss", "admin");
        await process.Admin.DeleteAnswerAsync(PrincipalsPath + "/admin");
        process.Time.Advance(TimeSpan.FromDays(366));
        using var once = process.ClientOf((await process.Get<FirstAdministrator>().EnsureAsync(TestContext.Current.CancellationToken)).ShouldNotBeNull());
        (await once.PostAnswerAsync(PrincipalsPath, new { name = "x", roles = new[] { "auditor" } })).Status.ShouldBe(HttpStatusCode.Created);

        var list = await once.GetAnswerAsync(PrincipalsPath);

        list.Json.GetProperty("principals").EnumerateArray().Select(p => p.GetProperty("name").GetString()).ShouldBe(["admin", "boss", "x"]);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("a token with spaces in it, 0123456789 0123456789")]
    public async Task A_weak_or_unusable_token_stops_the_start(string token) =>
        await Should.ThrowAsync<OptionsValidationException>(async () =>
        {
            await using var process = await RecipientAuthProcess.StartAsync(Folder, NoToken + "=" + token);
        });
}
