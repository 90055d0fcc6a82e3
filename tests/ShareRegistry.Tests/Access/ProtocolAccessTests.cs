using System.Net;
using System.Net.Http.Headers;
using Tideway.Contracts.RecipientAuth;
using Tideway.Contracts.ShareRegistry;
using Tideway.Hosting.Identity;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Access;

public sealed class ProtocolAccessTests : IAsyncLifetime
{
    private const string Shares = "/delta-sharing/shares";

    private RegistryProcess process = null!;

    public async ValueTask InitializeAsync() => process = await RegistryProcess.StartAsync();

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("Bearer two tokens")]
    [InlineData("Bearer unknown-token")]
    [InlineData("Bearer principal-operator")]
    [ProtocolRule("REST APIs", "Every call carries a bearer token, else it is a 401 with the body of the protocol")]
    public async Task Without_a_good_token_there_is_401_in_json(string? header)
    {
        using var client = new HttpClient { BaseAddress = process.Stranger.BaseAddress };
        var answer = await client.GetAnswerAsync(Shares, header is null ? [] : [("Authorization", header)]);

        answer.ShouldBe(HttpStatusCode.Unauthorized).ProtocolCode.ShouldBe("UNAUTHENTICATED");
        answer.Response.Headers.WwwAuthenticate.Single().Scheme.ShouldBe("Bearer");
        answer.Header("x-request-id").ShouldNotBeNull();
        var record = await process.Events.WaitForAsync<ShareAccessed>(e => e.RequestId == answer.Header("x-request-id"));
        (record.Status, record.ErrorCode, record.Action).ShouldBe((401, "UNAUTHENTICATED", "deltaSharingListShares"));
    }

    [Fact]
    public async Task An_expired_token_is_refused()
    {
        var acme = await process.AddRecipientAsync("acme");
        (await acme.Http.GetAnswerAsync(Shares)).ShouldBe(HttpStatusCode.OK);
        process.Time.Advance(TimeSpan.FromDays(2));

        (await acme.Http.GetAnswerAsync(Shares)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_revoked_token_is_refused_as_soon_as_the_event_is_there()
    {
        var acme = await process.AddRecipientAsync("acme");
        (await acme.Http.GetAnswerAsync(Shares)).ShouldBe(HttpStatusCode.OK);
        process.Credentials.Remove(acme.Token);
        await process.PublishAsync(new CredentialsChanged { OwnerId = acme.Id, OccurredAt = DateTimeOffset.UnixEpoch });

        await Tideway.Testing.Eventually.Async(async () => (await acme.Http.GetAnswerAsync(Shares)).Status == HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("192.0.2.77", HttpStatusCode.OK)]
    [InlineData("192.0.3.1", HttpStatusCode.Forbidden)]
    [InlineData("2001:db8::5", HttpStatusCode.OK)]
    [InlineData("2001:db9::5", HttpStatusCode.Forbidden)]
    [ProtocolRule("REST APIs", "What a token does not allow is a 403", Served = "to a recipient that calls from an address that is not on its list")]
    public async Task A_recipient_comes_only_from_its_addresses(string address, HttpStatusCode status)
    {
        var acme = await process.AddRecipientAsync("acme", "192.0.2.0/24", "2001:db8::/32");

        var answer = (await acme.Http.GetAnswerAsync(Shares, ("X-Forwarded-For", address))).ShouldBe(status);

        var record = await process.Events.WaitForAsync<ShareAccessed>(e => e.RequestId == answer.Header("x-request-id"));
        (record.SourceIp, record.RecipientId).ShouldBe((address, acme.Id));
    }

    [Fact]
    [ProtocolRule("Limits and load", "What cannot be decided just now is a 503 with Retry-After")]
    public async Task A_credential_that_cannot_be_checked_is_a_refusal()
    {
        process.Credentials.IsDown = true;
        using var client = process.ClientOf("recipient-never-seen");

        var answer = (await client.GetAnswerAsync(Shares)).ShouldBe(HttpStatusCode.ServiceUnavailable);

        answer.ProtocolCode.ShouldBe("TEMPORARILY_UNAVAILABLE");
        answer.Response.Headers.RetryAfter.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_call_is_recorded_with_who_what_and_how_it_ended()
    {
        var acme = await process.AddRecipientAsync("acme");
        var table = LakeTable.Create(Path.Combine(process.Lake, "orders"));
        await process.CreateShareAsync("sales");
        await process.ShareTableAsync("sales", "shop.orders", table.Folder);
        await process.GrantAsync("sales", acme);

        var answer = await acme.Http.PostAnswerAsync(
            "/delta-sharing/shares/SALES/schemas/shop/tables/orders/query",
            """{"limitHint":5}""",
            ("User-Agent", "Delta-Sharing-Python/1.4"),
            ("X-Forwarded-For", "198.51.100.7")
        );

        var record = await process.Events.WaitForAsync<ShareAccessed>(e => e.RequestId == answer.Header("x-request-id"));
        (record.Action, record.Status, record.ErrorCode).ShouldBe(("deltaSharingQueryTable", 200, null));
        (record.RecipientId, record.RecipientName).ShouldBe((acme.Id, "acme"));
        (record.Share, record.Schema, record.Table, record.TableVersion).ShouldBe(("SALES", "shop", "orders", 0));
        (record.FileCount, record.ByteCount).ShouldBe((1, answer.Files()[0].GetProperty("size").GetInt64()));
        (record.SourceIp, record.UserAgent).ShouldBe(("198.51.100.7", "Delta-Sharing-Python/1.4"));
        record.CredentialFingerprint!.Length.ShouldBe(12);
        record.Parameters!["limitHint"].ShouldBe("5");
        process.Log.Lines.ShouldAllBe(line => !line.Contains(acme.Token) && !line.Contains("sig="));
    }

    [Fact]
    public async Task The_operator_learns_why_a_share_was_not_found_and_the_stranger_does_not()
    {
        var acme = await process.AddRecipientAsync("acme");
        await process.CreateShareAsync("hidden");

        var hidden = await acme.Http.GetAnswerAsync(Shares + "/hidden");
        var absent = await acme.Http.GetAnswerAsync(Shares + "/absent");

        (await process.Events.WaitForAsync<ShareAccessed>(e => e.RequestId == hidden.Header("x-request-id"))).ErrorMessage.ShouldBe(
            "The share is not granted to the recipient."
        );
        (await process.Events.WaitForAsync<ShareAccessed>(e => e.RequestId == absent.Header("x-request-id"))).ErrorMessage.ShouldBe("There is no such share.");
    }

    [Fact]
    [ProtocolRule("REST APIs", "A token counts only in the Authorization header")]
    public async Task A_token_in_the_query_is_no_credential()
    {
        var acme = await process.AddRecipientAsync("acme");

        (await process.Stranger.GetAnswerAsync($"{Shares}?access_token={acme.Token}")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_principal_is_no_recipient_whatever_its_roles()
    {
        using var admin = process.Principal("admin", Roles.Admin);

        (await admin.GetAnswerAsync(Shares)).ShouldBe(HttpStatusCode.Unauthorized);
        admin.DefaultRequestHeaders.Authorization.ShouldBeOfType<AuthenticationHeaderValue>();
    }
}
