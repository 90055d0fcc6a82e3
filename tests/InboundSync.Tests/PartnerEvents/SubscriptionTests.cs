using Microsoft.AspNetCore.Http;
using Tideway.InboundSync.Tests.Support;

namespace Tideway.InboundSync.Tests.PartnerEvents;

public sealed class SubscriptionTests : SyncFixture
{
    private int Asked => Provider.Requests.Count(request => request.EndsWith("/subscriptions", StringComparison.Ordinal));

    [Fact]
    public async Task A_provider_that_knows_no_subscriptions_is_asked_once_in_a_while()
    {
        await Orders.AppendOrdersAsync(1, 10);

        (await Host.AddSyncAsync())["state"]!.GetValue<string>().ShouldBe("succeeded");
        await Host.SyncAsync();

        Asked.ShouldBe(1);
        (await Host.CountAsync("partner_subscription")).ShouldBe(0);
    }

    [Theory]
    [InlineData(500, "boom")]
    [InlineData(200, "no json")]
    [InlineData(200, "{}")]
    [InlineData(200, """{"id":"1","secret":"whsec_%%%"}""")]
    [InlineData(302, "")]
    public async Task A_provider_that_answers_oddly_does_not_fail_the_sync(int status, string body)
    {
        await Orders.AppendOrdersAsync(1, 10);
        Provider.Fault = async context =>
        {
            if (!context.Request.Path.Value!.EndsWith("/subscriptions", StringComparison.Ordinal))
                return false;
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "http://127.0.0.1:1/";
            await context.Response.WriteAsync(body, context.RequestAborted);
            return true;
        };

        (await Host.AddSyncAsync())["state"]!.GetValue<string>().ShouldBe("succeeded");

        (await Host.CountAsync("partner_subscription")).ShouldBe(0);
    }

    [Fact]
    public async Task A_new_profile_leads_to_a_new_subscription()
    {
        Provider.TakesSubscriptions = true;
        await Orders.AppendOrdersAsync(1, 10);
        await Host.AddSyncAsync();
        var first = Provider.Subscription!.Value.Secret;

        Provider.Token = "rotated";
        await Host.ExpectAsync(HttpMethod.Patch, InboundHost.Providers + "/partner", new { recipient_profile_str = Provider.Profile });
        (await Host.CountAsync("partner_subscription")).ShouldBe(1);
        await Host.SyncAsync();

        Provider.Subscription!.Value.Secret.ShouldNotBe(first);
        Asked.ShouldBe(2);
    }

    [Fact]
    public async Task A_subscription_is_renewed_after_a_day()
    {
        Provider.TakesSubscriptions = true;
        await Orders.AppendOrdersAsync(1, 10);
        await Host.AddSyncAsync();
        await Host.ChangeAsync("UPDATE partner_subscription SET renew_at = @at", new { at = TimeProvider.System.GetUtcNow().AddSeconds(-1) });

        await Host.SyncAsync();
        await Host.SyncAsync();

        Asked.ShouldBe(2);
    }

    [Fact]
    public async Task Syncs_of_one_share_have_one_subscription_and_it_goes_with_the_provider()
    {
        Provider.TakesSubscriptions = true;
        await ShareAsync("other");
        await Host.AddSyncAsync();
        await Host.AddSyncAsync("other", table: "other");

        Asked.ShouldBe(1);
        await Host.SendAsync(HttpMethod.Delete, InboundHost.Syncs + "/orders", null);
        await Host.SendAsync(HttpMethod.Delete, InboundHost.Syncs + "/other", null);
        (await Host.SendAsync(HttpMethod.Delete, InboundHost.Providers + "/partner", null)).Status.ShouldBe(204);
        (await Host.CountAsync("partner_subscription")).ShouldBe(0);
    }
}
