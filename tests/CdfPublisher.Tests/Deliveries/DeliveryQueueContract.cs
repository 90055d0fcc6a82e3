using Microsoft.Extensions.DependencyInjection;
using Tideway.CdfPublisher.Deliveries;
using Tideway.CdfPublisher.Tests.Support;
using Tideway.Contracts.CdfPublisher;
using Tideway.Hosting.Database;
using Tideway.Hosting.Web;

namespace Tideway.CdfPublisher.Tests.Deliveries;

public sealed class SqliteDeliveryQueueTests() : DeliveryQueueContract(DatabaseEngine.Sqlite);

[Trait("Needs", "Servers")]
public sealed class PostgreSqlDeliveryQueueTests() : DeliveryQueueContract(DatabaseEngine.PostgreSql);

/// <summary>What holds of which notices wait, and for whom, whichever database keeps them.</summary>
public abstract class DeliveryQueueContract(DatabaseEngine engine) : DeliveryScene(engine)
{
    [Fact]
    public async Task A_partner_that_was_down_gets_one_notice_for_all_versions_of_a_table()
    {
        partner.AnswerWith(500);
        await CommitAsync(orders, 1);
        await host.DeliverDueAsync();
        await CommitAsync(lines, 1);
        await CommitAsync(orders, 2);
        await CommitAsync(orders, 3);
        var first = partner.Notices.Single();

        partner.AnswerWith(200);
        time.Advance(TimeSpan.FromMinutes(1));
        (await host.DeliverDueAsync()).ShouldBe(2);

        var later = partner.Notices.Skip(1).ToList();
        later
            .Select(notice => (notice.Json.GetProperty("data").GetProperty("table").GetString(), notice.Versions))
            .ShouldBe([("lines", (1, 1)), ("orders", (1, 3))]);
        later.Select(notice => notice.Id).ShouldNotContain(first.Id);
        later.ShouldAllBe(notice => Verifies(notice, subscription.Secret!));
    }

    [Fact]
    public async Task A_revoked_grant_ends_notices_at_once()
    {
        await CommitAsync(orders, 1);
        await share.RevokeAsync(host, 3);
        await CommitAsync(orders, 2);

        await host.DeliverDueAsync();

        partner.Notices.ShouldBeEmpty();
        var delivery = (await DeliveriesAsync()).ShouldHaveSingleItem();
        delivery.State.ShouldBe(DeliveryState.Cancelled);
    }

    [Fact]
    public async Task A_table_that_left_the_share_is_not_told_of_any_more()
    {
        await CommitAsync(orders, 1);
        await share.UpdateAsync(host, 3, null, ShareEvents.TableAt(lines.Location, "lines"));

        await host.DeliverDueAsync();

        partner.Notices.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_recipient_that_is_gone_has_no_subscriptions_left()
    {
        await CommitAsync(orders, 1);

        await share.DeleteRecipientAsync(host);
        await host.DeliverDueAsync();

        partner.Notices.ShouldBeEmpty();
        (await host.PublishedAsync<SubscriptionDeleted>()).ShouldHaveSingleItem().Actor.ShouldBe("cdf-publisher");
        (await DeliveriesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_share_that_is_gone_takes_its_subscriptions_along()
    {
        await share.DeleteAsync(host, 3);

        (await host.PublishedAsync<SubscriptionDeleted>()).ShouldHaveSingleItem().SubscriptionId.ShouldBe(subscription.Id);
        (await Subscriptions.FindAsync(recipient.Id, subscription.Id, TestContext.Current.CancellationToken)).ShouldBeNull();
    }

    [Fact]
    public async Task A_subscription_to_one_table_hears_of_that_table_only()
    {
        await Subscriptions.DeleteAsync(recipient, subscription.Id, TestContext.Current.CancellationToken);
        await SubscribeAsync(("public", "LINES"));

        await CommitAsync(orders, 1);
        await CommitAsync(lines, 1);
        await host.DeliverDueAsync();

        partner.Notices.ShouldHaveSingleItem().Json.GetProperty("subject").GetString().ShouldBe("sales.public.lines");
    }

    [Fact]
    public async Task After_a_new_secret_notices_are_signed_with_both_for_a_day()
    {
        var renewed = await SubscribeAsync();
        renewed.Id.ShouldBe(subscription.Id);
        renewed.Secret.ShouldNotBe(subscription.Secret);
        await CommitAsync(orders, 1);
        await host.DeliverDueAsync();
        time.Advance(TimeSpan.FromHours(25));
        await CommitAsync(orders, 2);
        await host.DeliverDueAsync();

        var (early, late) = (partner.Notices.First(), partner.Notices.Last());
        Verifies(early, subscription.Secret!).ShouldBeTrue();
        Verifies(early, renewed.Secret!).ShouldBeTrue();
        Verifies(late, subscription.Secret!).ShouldBeFalse();
        Verifies(late, renewed.Secret!).ShouldBeTrue();
    }

    [Fact]
    public async Task Secrets_are_not_readable_in_the_database()
    {
        var kept = await host.Database.QueryAsync<string>("SELECT secret FROM subscription", null, TestContext.Current.CancellationToken);

        kept.ShouldHaveSingleItem().ShouldNotContain(subscription.Secret!["whsec_".Length..]);
    }

    [Fact]
    public async Task The_order_of_one_subscription_is_kept_while_others_are_served()
    {
        var other = await PartnerEndpoint.StartAsync();
        await using var _ = other;
        await SubscribeAsync(endpoint: other.Url);
        partner.AnswerWith(500);
        await CommitAsync(orders, 1);
        await host.DeliverDueAsync();
        await CommitAsync(lines, 1);

        (await host.DeliverDueAsync()).ShouldBe(1);

        other.Notices.Select(notice => notice.Json.GetProperty("subject").GetString()).ShouldBe(["sales.public.orders", "sales.public.lines"]);
        partner.Notices.Count.ShouldBe(1, "what comes later waits behind the failure");
    }

    [Fact]
    public async Task A_replayed_delivery_is_sent_again_under_the_same_id()
    {
        await CommitAsync(orders, 1);
        await host.DeliverDueAsync();
        var book = host.Services.GetRequiredService<DeliveryBook>();
        var delivery = (await DeliveriesAsync()).Single();

        (await book.ReplayAsync(delivery.Id, TestContext.Current.CancellationToken)).ShouldBeTrue();
        (await book.ReplayAsync(delivery.Id, TestContext.Current.CancellationToken)).ShouldBeFalse();
        (await host.DeliverDueAsync()).ShouldBe(1);

        partner.Notices.Select(notice => notice.Id).Distinct().ShouldHaveSingleItem();
        partner.Notices.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Deliveries_are_listed_newest_first_page_by_page_and_by_filter()
    {
        for (var version = 1; version <= 3; version++)
        {
            await CommitAsync(orders, version);
            await CommitAsync(lines, version);
            await host.DeliverDueAsync();
            time.Advance(TimeSpan.FromSeconds(1));
        }

        var all = await DeliveriesAsync();
        all.Count.ShouldBe(6);
        all.ShouldBe(all.OrderByDescending(delivery => delivery.Id.ToString(), StringComparer.Ordinal));
        var book = host.Services.GetRequiredService<DeliveryBook>();
        var ofLines = await book.ListAsync(
            new DeliveryFilter(subscription.Id, "ACME", DeliveryState.Delivered, "Sales", "public", "lines"),
            new PageRequest("", 2),
            TestContext.Current.CancellationToken
        );
        ofLines.Count.ShouldBe(3, "one more than the page shows that there are more");
        ofLines.ShouldAllBe(delivery => delivery.Table == "lines");
        var next = await book.ListAsync(
            new DeliveryFilter(null, null, null, null, null, null),
            new PageRequest(all[3].Id.ToString(), 10),
            TestContext.Current.CancellationToken
        );
        next.Select(delivery => delivery.Id).ShouldBe(all.Skip(4).Select(delivery => delivery.Id));
    }

    [Fact]
    public async Task Deliveries_done_with_long_ago_are_forgotten()
    {
        await CommitAsync(orders, 1);
        await host.DeliverDueAsync();
        var store = host.Services.GetRequiredService<DeliveryStore>();

        await store.CleanAsync(TestContext.Current.CancellationToken);
        (await DeliveriesAsync()).Count.ShouldBe(1);
        time.Advance(TimeSpan.FromDays(31));
        await store.CleanAsync(TestContext.Current.CancellationToken);

        (await DeliveriesAsync()).ShouldBeEmpty();
    }
}
