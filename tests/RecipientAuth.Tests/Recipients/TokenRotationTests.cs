using System.Net;
using Tideway.Contracts.RecipientAuth;
using Tideway.Hosting.Identity;
using Tideway.RecipientAuth.Secrets;
using Tideway.RecipientAuth.Tests.Hosts;
using static Tideway.RecipientAuth.Tests.Hosts.Answers;

namespace Tideway.RecipientAuth.Tests.Recipients;

public sealed class TokenRotationTests : IAsyncLifetime
{
    private const string Rotate = RecipientsPath + "/acme/rotate-token";

    private RecipientAuthProcess process = null!;

    public async ValueTask InitializeAsync() => process = await RecipientAuthProcess.StartAsync();

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    public async Task The_token_before_lives_on_for_the_time_it_was_given()
    {
        var old = await process.TokenOfAsync(await process.CreateRecipientAsync("acme"));

        var rotated = await RotateAsync(3600);
        var fresh = await process.TokenOfAsync(LinkOf(rotated));

        (await FindAsync(old)).ShouldNotBeNull().ExpiresAt.ShouldBeLessThanOrEqualTo(process.Time.GetUtcNow().AddHours(1));
        (await FindAsync(fresh)).ShouldNotBeNull();
        process.Time.Advance(TimeSpan.FromHours(1));
        (await FindAsync(old)).ShouldBeNull();
        (await FindAsync(fresh)).ShouldNotBeNull();
        var told = await process.Events.WaitForAsync<RecipientTokenRotated>(e => e.RecipientName == "acme");
        told.PreviousTokensExpireAt.ShouldBe(told.OccurredAt.AddHours(1), TimeSpan.FromMilliseconds(1));
        await process.Events.WaitForAsync<CredentialsChanged>(e => e.OwnerId == told.RecipientId);
    }

    [Fact]
    public async Task Zero_seconds_end_the_tokens_before_at_once()
    {
        var old = await process.TokenOfAsync(await process.CreateRecipientAsync("acme"));

        var rotated = await RotateAsync(0);

        (await FindAsync(old)).ShouldBeNull();
        rotated.Json.GetProperty("activated").GetBoolean().ShouldBeFalse();
        (await FindAsync(await process.TokenOfAsync(LinkOf(rotated)))).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_recipient_counts_as_activated_while_its_token_from_before_a_rotation_lets_it_in()
    {
        await process.TokenOfAsync(await process.CreateRecipientAsync("acme"));

        (await RotateAsync(3600)).Json.GetProperty("activated").GetBoolean().ShouldBeTrue();
        (await ActivatedAsync()).ShouldBeTrue();

        process.Time.Advance(TimeSpan.FromHours(1));
        (await ActivatedAsync()).ShouldBeFalse();
        await process.TokenOfAsync(LinkOf(await RotateAsync(0)));
        (await ActivatedAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_rotation_never_lengthens_a_token()
    {
        var old = await process.TokenOfAsync(await process.CreateRecipientAsync("acme"));
        var before = (await FindAsync(old))!.ExpiresAt;

        await RotateAsync(long.MaxValue);

        (await FindAsync(old))!.ExpiresAt.ShouldBe(before);
    }

    [Fact]
    public async Task A_third_live_token_is_refused_until_one_ends()
    {
        await process.TokenOfAsync(await process.CreateRecipientAsync("acme"));
        await process.TokenOfAsync(LinkOf(await RotateAsync(3600)));

        var third = await RotateAsync(3600);

        third.Status.ShouldBe(HttpStatusCode.BadRequest);
        third.ErrorCode.ShouldBe("INVALID_PARAMETER_VALUE");
        third.Message.ShouldBe("There are already two active tokens for recipient acme");
        process.Time.Advance(TimeSpan.FromHours(1));
        (await RotateAsync(3600)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_leak_is_stopped_even_where_two_tokens_live()
    {
        var first = await process.TokenOfAsync(await process.CreateRecipientAsync("acme"));
        var second = await process.TokenOfAsync(LinkOf(await RotateAsync(3600)));

        (await RotateAsync(0)).Status.ShouldBe(HttpStatusCode.OK);

        (await FindAsync(first)).ShouldBeNull();
        (await FindAsync(second)).ShouldBeNull();
    }

    [Fact]
    public async Task A_link_that_was_never_opened_is_replaced()
    {
        var first = await process.CreateRecipientAsync("acme");

        var rotated = await RotateAsync(3600);

        rotated.Json.GetProperty("tokens").GetArrayLength().ShouldBe(1);
        (await process.ActivateAsync(first)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await process.ActivateAsync(LinkOf(rotated))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("""{"existing_token_expire_in_seconds": -1}""")]
    [InlineData("""{}""")]
    [InlineData("""{"existing_token_expire_in_seconds": "soon"}""")]
    public async Task A_rotation_needs_a_time_that_is_not_negative(string body)
    {
        await process.CreateRecipientAsync("acme");

        var answer = await process.Admin.PostAnswerAsync(Rotate, body);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Message!.ShouldContain("existing_token_expire_in_seconds");
    }

    [Fact]
    public async Task A_recipient_whose_time_is_over_needs_a_later_one_before_a_new_link()
    {
        await process.CreateRecipientAsync("acme", new { expiration_time = process.Time.GetUtcNow().AddDays(1).ToUnixTimeMilliseconds() });
        process.Time.Advance(TimeSpan.FromDays(2));

        (await RotateAsync(0)).ErrorCode.ShouldBe("INVALID_STATE");

        await process.Admin.PatchAnswerAsync(RecipientsPath + "/acme", new { expiration_time = 0 });
        (await RotateAsync(0)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_earlier_expiration_time_shortens_living_tokens()
    {
        var token = await process.TokenOfAsync(await process.CreateRecipientAsync("acme"));
        var end = process.Time.GetUtcNow().AddDays(1).ToUnixTimeMilliseconds();

        await process.Admin.PatchAnswerAsync(RecipientsPath + "/acme", new { expiration_time = end });

        (await FindAsync(token))!.ExpiresAt.ToUnixTimeMilliseconds().ShouldBe(end);
    }

    [Fact]
    public async Task A_revoked_token_ends_at_once_and_others_live_on()
    {
        var first = await process.TokenOfAsync(await process.CreateRecipientAsync("acme"));
        var second = await process.TokenOfAsync(LinkOf(await RotateAsync(3600)));
        var ids = (await process.Admin.GetAnswerAsync(RecipientsPath + "/acme"))
            .Json.GetProperty("tokens")
            .EnumerateArray()
            .Select(t => t.GetProperty("id").GetGuid())
            .ToList();

        (await process.Admin.DeleteAnswerAsync($"{RecipientsPath}/acme/tokens/{ids[0]}")).Status.ShouldBe(HttpStatusCode.NoContent);

        (await FindAsync(first)).ShouldBeNull();
        (await FindAsync(second)).ShouldNotBeNull();
        var revoked = await process.Events.WaitForAsync<RecipientTokenRevoked>(e => e.TokenId == ids[0]);
        revoked.Actor.ShouldBe("admin");
        await process.Events.WaitForAsync<CredentialsChanged>(e => e.OwnerId == revoked.RecipientId && e.OccurredAt == revoked.OccurredAt);
        (await process.Admin.DeleteAnswerAsync($"{RecipientsPath}/acme/tokens/{ids[0]}")).ErrorCode.ShouldBe("RESOURCE_DOES_NOT_EXIST");
    }

    [Fact]
    public async Task A_token_is_not_revoked_through_another_recipient()
    {
        var token = await process.TokenOfAsync(await process.CreateRecipientAsync("acme"));
        await process.CreateRecipientAsync("other");
        var id = (await process.Admin.GetAnswerAsync(RecipientsPath + "/acme")).Json.GetProperty("tokens")[0].GetProperty("id").GetGuid();

        (await process.Admin.DeleteAnswerAsync($"{RecipientsPath}/other/tokens/{id}")).Status.ShouldBe(HttpStatusCode.NotFound);

        (await FindAsync(token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_revoked_link_gives_nothing()
    {
        var link = await process.CreateRecipientAsync("acme");
        var id = (await process.Admin.GetAnswerAsync(RecipientsPath + "/acme")).Json.GetProperty("tokens")[0].GetProperty("id").GetGuid();

        await process.Admin.DeleteAnswerAsync($"{RecipientsPath}/acme/tokens/{id}");

        (await process.ActivateAsync(link)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_tokens_of_a_deleted_recipient_end_at_once()
    {
        var token = await process.TokenOfAsync(await process.CreateRecipientAsync("acme"));

        await process.Admin.DeleteAnswerAsync(RecipientsPath + "/acme");

        (await FindAsync(token)).ShouldBeNull();
    }

    private Task<Answer> RotateAsync(long seconds) => process.Admin.PostAnswerAsync(Rotate, new { existing_token_expire_in_seconds = seconds });

    private Task<Credential?> FindAsync(string token) =>
        process.Get<ICredentialSource>().FindAsync(Secret.Sha256(token), TestContext.Current.CancellationToken);

    private async Task<bool> ActivatedAsync() => (await process.Admin.GetAnswerAsync(RecipientsPath + "/acme")).Json.GetProperty("activated").GetBoolean();
}
