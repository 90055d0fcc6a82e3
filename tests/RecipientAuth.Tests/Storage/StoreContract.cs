using System.Net;
using Tideway.Contracts.RecipientAuth;
using Tideway.Hosting.Identity;
using Tideway.RecipientAuth.Activation;
using Tideway.RecipientAuth.OAuth;
using Tideway.RecipientAuth.Principals;
using Tideway.RecipientAuth.Recipients;
using Tideway.RecipientAuth.Secrets;
using Tideway.RecipientAuth.Tests.Hosts;

namespace Tideway.RecipientAuth.Tests.Storage;

/// <summary>What the stores promise, whichever database keeps them.</summary>
public abstract class StoreContract : IAsyncLifetime
{
    private static readonly IPAddress Somewhere = IPAddress.Parse("192.0.2.1");

    private RecipientAuthProcess process = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private RecipientStore Recipients => process.Get<RecipientStore>();

    private RecipientTokenStore Tokens => process.Get<RecipientTokenStore>();

    private ActivationStore Activations => process.Get<ActivationStore>();

    private PrincipalStore Principals => process.Get<PrincipalStore>();

    private protected abstract Task<RecipientAuthProcess> StartAsync();

    public async ValueTask InitializeAsync() => process = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_recipient_is_read_back_as_it_was_written()
    {
        var end = process.Time.GetUtcNow().AddDays(30).ToUnixTimeMilliseconds();
        var made = await CreateAsync(
            new CreateRecipient
            {
                Name = "Zoë's;--Partner",
                Comment = "line\none 'quoted' \U0001F30A",
                Owner = "somebody",
                IpAccessList = new IpAccessListInfo { AllowedIpAddresses = ["192.0.2.0/24", "2001:db8::1"] },
                PropertiesKvpairs = new PropertiesKvPairs
                {
                    Properties = new Dictionary<string, string?>(StringComparer.Ordinal) { ["land"] = "Österreich", ["Land"] = "\"x\"" },
                },
                ExpirationTime = end,
            }
        );

        var found = (await Recipients.FindAsync("ZOË's;--PARTNER", Cancel)).ShouldNotBeNull();

        RecipientRow.Of(found).ShouldBe(RecipientRow.Of(made.Recipient) with { CreatedAt = found.CreatedAt, UpdatedAt = found.UpdatedAt });
        found.CreatedAt.ShouldBe(made.Recipient.CreatedAt, TimeSpan.FromMicroseconds(1));
        found.Comment.ShouldBe(made.Recipient.Comment);
        found.ExpirationTime!.Value.ToUnixTimeMilliseconds().ShouldBe(end);
        found.AllowedAddresses.Entries.ShouldBe(["192.0.2.0/24", "2001:db8::1"]);
        found.Properties["land"].ShouldBe("Österreich");
        found.Properties["Land"].ShouldBe("\"x\"");
        found.Tokens.ShouldHaveSingleItem().Id.ShouldBe(made.TokenId);
    }

    [Fact]
    public async Task Of_those_who_create_one_name_at_the_same_moment_one_does()
    {
        var outcomes = await AtOnceAsync(8, i => Recipients.CreateAsync(new CreateRecipient { Name = i % 2 == 0 ? "acme" : "ACME" }, "test", Cancel));

        outcomes.Count(o => o.Refusal is null).ShouldBe(1);
        outcomes.Count(o => o.Refusal?.ErrorCode == "RECIPIENT_ALREADY_EXISTS").ShouldBe(7);
    }

    [Fact]
    public async Task Of_those_who_take_one_name_at_the_same_moment_one_does()
    {
        for (var i = 0; i < 6; i++)
            await CreateAsync("old-" + i);

        var outcomes = await AtOnceAsync(6, i => Recipients.UpdateAsync("old-" + i, new UpdateRecipient { NewName = "new" }, "test", Cancel));

        outcomes.Count(o => o.Refusal is null).ShouldBe(1);
        outcomes.Count(o => o.Refusal?.ErrorCode == "RECIPIENT_ALREADY_EXISTS").ShouldBe(5);
    }

    [Fact]
    public async Task Changes_at_the_same_moment_each_get_a_revision()
    {
        await CreateAsync("acme");

        var outcomes = await AtOnceAsync(8, i => Recipients.UpdateAsync("acme", new UpdateRecipient { Comment = "change " + i }, "test", Cancel));

        outcomes.Select(o => o.Value!.Revision).Order().ShouldBe(Enumerable.Range(2, 8).Select(i => (long)i));
        foreach (var outcome in outcomes)
            (await process.Events.WaitForAsync<RecipientUpdated>(e => e.Revision == outcome.Value!.Revision)).Comment.ShouldBe(outcome.Value!.Comment);
    }

    [Fact]
    public async Task A_list_goes_on_after_a_key()
    {
        foreach (var name in (string[])["c", "A", "b"])
            await CreateAsync(name);

        (await Recipients.ListAsync("", 2, Cancel)).Select(r => r.Name).ShouldBe(["A", "b"]);
        (await Recipients.ListAsync("b", 2, Cancel)).ShouldHaveSingleItem().Tokens.Count.ShouldBe(1);
        (await Recipients.ListAsync("c", 2, Cancel)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_those_who_use_one_link_at_the_same_moment_one_gets_the_token()
    {
        var link = await CreateAsync("acme");

        var results = await AtOnceAsync(12, _ => Activations.ActivateAsync(link.Nonce, Somewhere, Cancel));

        var token = results.Where(r => r.Token is not null).ShouldHaveSingleItem().Token!;
        (await FindAsync(token)).ShouldNotBeNull();
        results.Count(r => r.Refusal == LinkRefusal.Used).ShouldBe(11);
        await process.Events.WaitForAsync<RecipientTokenIssued>(e => e.TokenId == link.TokenId);
        process.Events.All.OfType<RecipientTokenIssued>().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Rotations_at_the_same_moment_leave_one_link_beside_the_live_token()
    {
        await TokenOfAsync(await CreateAsync("acme"));

        var outcomes = await AtOnceAsync(8, _ => Tokens.RotateAsync("acme", new RotateToken { ExistingTokenExpireInSeconds = 3600 }, "test", Cancel));

        outcomes.ShouldAllBe(o => o.Refusal == null);
        var tokens = (await Recipients.FindAsync("acme", Cancel))!.Tokens;
        tokens.Count(t => t.IssuedAt is null).ShouldBe(1);
        tokens.Count(t => t.IsLive(process.Time.GetUtcNow())).ShouldBe(1);
        var usable = await AtOnceAsync(8, i => Activations.LookAsync(outcomes[i].Value!.Nonce, Somewhere, Cancel));
        usable.Count(r => r.Refusal is null).ShouldBe(1);
    }

    [Fact]
    public async Task Rotations_and_activations_at_the_same_moment_never_leave_three_live_tokens()
    {
        var first = await TokenOfAsync(await CreateAsync("acme"));
        var link = (await RotateAsync(3600)).Value!;

        await AtOnceAsync(
            8,
            async i =>
            {
                if (i % 2 == 0)
                    await Activations.ActivateAsync(link.Nonce, Somewhere, Cancel);
                else if ((await RotateAsync(3600)).Value is { } fresh)
                    await Activations.ActivateAsync(fresh.Nonce, Somewhere, Cancel);
                return true;
            }
        );

        (await Recipients.FindAsync("acme", Cancel))!.Tokens.Count(t => t.IsLive(process.Time.GetUtcNow())).ShouldBeLessThanOrEqualTo(2);
        (await FindAsync(first)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_refused_rotation_changes_nothing_and_tells_nobody()
    {
        var first = await TokenOfAsync(await CreateAsync("acme"));
        await TokenOfAsync((await RotateAsync(3600)).Value!);
        var before = (await FindAsync(first))!.ExpiresAt;

        (await RotateAsync(60)).Refusal!.Message.ShouldBe("There are already two active tokens for recipient acme");

        (await FindAsync(first))!.ExpiresAt.ShouldBe(before);
        await CreateAsync("later");
        await process.Events.WaitForAsync<RecipientCreated>(e => e.RecipientName == "later");
        process.Events.All.OfType<RecipientTokenRotated>().Count().ShouldBe(1);
    }

    [Fact]
    public async Task What_was_revoked_is_not_found_at_once()
    {
        var made = await CreateAsync("acme");
        var token = await TokenOfAsync(made);
        var other = await TokenOfAsync(await CreateAsync("other"));

        await Tokens.RevokeAsync("acme", made.TokenId, "test", Cancel);

        (await FindAsync(token)).ShouldBeNull();
        (await FindAsync(other)).ShouldNotBeNull();
        await Recipients.DeleteAsync("other", "test", Cancel);
        (await FindAsync(other)).ShouldBeNull();
    }

    [Fact]
    public async Task A_token_ends_to_the_moment()
    {
        var token = await TokenOfAsync(await CreateAsync("acme"));
        var end = (await FindAsync(token))!.ExpiresAt;
        process.Time.Advance(end - process.Time.GetUtcNow() - TimeSpan.FromMinutes(5));
        (await FindAsync(token)).ShouldNotBeNull();

        process.Time.Advance(TimeSpan.FromMinutes(5));

        (await FindAsync(token)).ShouldBeNull();
    }

    [Fact]
    public async Task Access_tokens_are_had_at_the_same_moment_and_end_with_the_secret_that_they_were_given_for()
    {
        var link = await CreateAsync(new CreateRecipient { Name = "acme", AuthenticationType = "OAUTH_CLIENT_CREDENTIALS" });
        var client = new ClientCredentials(link.TokenId.ToString(), await TokenOfAsync(link));

        var issued = await AtOnceAsync(8, _ => process.Get<AccessTokenStore>().IssueAsync(client, Somewhere, Cancel));

        issued.Select(result => result.Token).Distinct().Count().ShouldBe(8);
        foreach (var result in issued)
            (await FindAsync(result.Token!)).ShouldNotBeNull().Name.ShouldBe("acme");
        (await Tokens.RevokeAsync("acme", link.TokenId, "test", Cancel)).Refusal.ShouldBeNull();
        foreach (var result in issued)
            (await FindAsync(result.Token!)).ShouldBeNull();
        (await process.Get<AccessTokenStore>().IssueAsync(client, Somewhere, Cancel)).Refusal.ShouldBe(ClientRefusal.UnknownClient);
    }

    [Fact]
    public async Task A_principal_is_found_by_its_token_with_its_roles()
    {
        var made = (await Principals.CreateAsync(new CreatePrincipal { Name = "Ops", Roles = ["steward", "auditor"] }, "test", Cancel)).Value!;

        var credential = (await FindAsync(made.Token)).ShouldNotBeNull();

        credential.Kind.ShouldBe(CredentialKind.Principal);
        credential.Id.ShouldBe(made.Principal.Id);
        credential.Roles.ShouldBe(["steward", "auditor"]);
        await Principals.RotateAsync("ops", new RotatePrincipalToken(), "test", Cancel);
        (await FindAsync(made.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Administrators_who_delete_each_other_at_the_same_moment_leave_one()
    {
        foreach (var name in (string[])["a", "b", "c"])
            (await Principals.CreateAsync(new CreatePrincipal { Name = name, Roles = ["admin"] }, "test", Cancel)).Refusal.ShouldBeNull();

        var outcomes = await Task.WhenAll(((string[])["admin", "a", "b", "c"]).Select(name => Task.Run(() => Principals.DeleteAsync(name, "test", Cancel))));

        outcomes.Where(o => o.Refusal is not null).ShouldHaveSingleItem().Refusal!.ErrorCode.ShouldBe("INVALID_STATE");
        (await Principals.ListAsync("", 10, Cancel)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Several_that_make_the_first_administrator_at_the_same_moment_make_one()
    {
        process.Time.Advance(TimeSpan.FromDays(366));

        var tokens = await AtOnceAsync(8, async _ => await process.Get<FirstAdministrator>().EnsureAsync(Cancel) ?? "");

        (await FindAsync(tokens.Where(t => t.Length > 0).ShouldHaveSingleItem())).ShouldNotBeNull().Name.ShouldBe("admin");
    }

    private Task<RecipientWithLink> CreateAsync(string name) => CreateAsync(new CreateRecipient { Name = name });

    private async Task<RecipientWithLink> CreateAsync(CreateRecipient request) =>
        (await Recipients.CreateAsync(request, "test", Cancel)).Value.ShouldNotBeNull();

    private Task<Outcome<RecipientWithLink>> RotateAsync(long seconds) =>
        Tokens.RotateAsync("acme", new RotateToken { ExistingTokenExpireInSeconds = seconds }, "test", Cancel);

    private async Task<string> TokenOfAsync(RecipientWithLink link) => (await Activations.ActivateAsync(link.Nonce, Somewhere, Cancel)).Token.ShouldNotBeNull();

    private Task<Credential?> FindAsync(string token) => process.Get<ICredentialSource>().FindAsync(Secret.Sha256(token), Cancel);

    private static Task<T[]> AtOnceAsync<T>(int count, Func<int, Task<T>> act) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(() => act(i), Cancel)));
}
