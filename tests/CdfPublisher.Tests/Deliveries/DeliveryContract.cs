using Microsoft.Extensions.DependencyInjection;
using Tideway.CdfPublisher.Deliveries;
using Tideway.CdfPublisher.Subscriptions;
using Tideway.Contracts.CdfPublisher;
using Tideway.Hosting.Database;

namespace Tideway.CdfPublisher.Tests.Deliveries;

public sealed class SqliteDeliveryTests() : DeliveryContract(DatabaseEngine.Sqlite);

[Trait("Needs", "Servers")]
public sealed class PostgreSqlDeliveryTests() : DeliveryContract(DatabaseEngine.PostgreSql);

/// <summary>What holds of sending notices, whichever database keeps them.</summary>
public abstract class DeliveryContract(DatabaseEngine engine) : DeliveryScene(engine)
{
    [Fact]
    public async Task A_new_version_reaches_the_partner_as_a_signed_cloud_event()
    {
        await CommitAsync(orders, 1);

        (await host.DeliverDueAsync()).ShouldBe(1);

        var notice = partner.Notices.ShouldHaveSingleItem();
        notice.ContentType.ShouldBe("application/cloudevents+json; charset=utf-8");
        var json = notice.Json;
        json.GetProperty("specversion").GetString().ShouldBe("1.0");
        json.GetProperty("type").GetString().ShouldBe("org.tideway.table.changes.published.v1");
        json.GetProperty("source").GetString().ShouldBe("https://share.example.org");
        json.GetProperty("subject").GetString().ShouldBe("sales.public.orders");
        json.GetProperty("time").GetDateTimeOffset().ShouldBe(time.GetUtcNow());
        json.GetProperty("sequence").GetString().ShouldBe("0000000000000000001");
        json.GetProperty("data")
            .GetRawText()
            .ShouldBe("""{"share":"sales","schema":"public","table":"orders","from_version":1,"to_version":1,"change_feed_available":true}""");
        notice.Headers["webhook-id"].ShouldBe(notice.Id);
        notice.Headers.Keys.ShouldNotContain("traceparent");
        Verifies(notice, subscription.Secret!).ShouldBeTrue();
        Verifies(notice with { Body = notice.Body.Replace("orders", "orderz", StringComparison.Ordinal) }, subscription.Secret!).ShouldBeFalse();
    }

    [Fact]
    public async Task A_delivery_is_told_inside_and_not_repeated()
    {
        await CommitAsync(orders, 1);

        await host.DeliverDueAsync();
        time.Advance(TimeSpan.FromDays(1));
        await host.DeliverDueAsync();

        partner.Notices.Count.ShouldBe(1);
        var succeeded = (await host.PublishedAsync<DeliverySucceeded>()).ShouldHaveSingleItem();
        succeeded.DeliveryId.ToString().ShouldBe(partner.Notices.Single().Id);
        (succeeded.SubscriptionId, succeeded.RecipientName, succeeded.Attempts).ShouldBe((subscription.Id, "acme", 1));
    }

    [Fact]
    public async Task A_failed_notice_is_tried_again_on_the_schedule_and_then_given_up()
    {
        partner.AnswerWith(503);
        await CommitAsync(orders, 1);
        TimeSpan[] waits = [TimeSpan.Zero, .. "0:0:5 0:5 0:30 2:0 5:0 10:0 14:0 20:0 1.0:0".Split(' ').Select(TimeSpan.Parse)];
        for (var attempt = 1; attempt <= waits.Length; attempt++)
        {
            if (attempt > 1)
            {
                time.Advance(waits[attempt - 1] - TimeSpan.FromMilliseconds(1));
                await host.DeliverDueAsync();
                partner.Notices.Count.ShouldBe(attempt - 1, $"before the wait of attempt {attempt} is over");
                time.Advance((waits[attempt - 1] * 0.2) + TimeSpan.FromMilliseconds(1));
            }

            await host.DeliverDueAsync();
            partner.Notices.Count.ShouldBe(attempt);
        }

        partner.Notices.Select(notice => notice.Id).Distinct().ShouldHaveSingleItem();
        var failed = (await host.PublishedAsync<DeliveryFailed>()).ShouldHaveSingleItem();
        (failed.Attempts, failed.SubscriptionId).ShouldBe((10, subscription.Id));
        failed.Reason.ShouldContain("503");
        (await SubscriptionAsync()).State.ShouldBe(SubscriptionState.Failing);

        partner.AnswerWith(200);
        await CommitAsync(orders, 2);
        await host.DeliverDueAsync();
        partner.Notices.Count.ShouldBe(10, "a failing endpoint is left alone for a day");
        time.Advance(TimeSpan.FromHours(29));
        (await host.DeliverDueAsync()).ShouldBe(1);
        (await SubscriptionAsync()).State.ShouldBe(SubscriptionState.Active);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(500)]
    public async Task Whatever_is_no_success_is_a_failure_and_no_redirect_is_followed(int status)
    {
        partner.OnNotice = (context, _) =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = partner.Url + "?again";
            return Task.CompletedTask;
        };
        await CommitAsync(orders, 1);

        (await host.DeliverDueAsync()).ShouldBe(0);

        partner.Notices.Count.ShouldBe(1);
        var delivery = (await DeliveriesAsync()).ShouldHaveSingleItem();
        (delivery.State, delivery.Attempts, delivery.LastStatus).ShouldBe((DeliveryState.Pending, 1, status));
        delivery.LastError.ShouldNotBeNull().ShouldContain(status.ToString());
    }

    [Fact]
    public async Task An_endpoint_that_is_gone_gets_no_more_notices()
    {
        partner.AnswerWith(410);
        await CommitAsync(orders, 1);
        await CommitAsync(lines, 1);

        await host.DeliverDueAsync();
        time.Advance(TimeSpan.FromDays(5));
        await CommitAsync(orders, 2);
        await host.DeliverDueAsync();

        partner.Notices.Count.ShouldBe(1);
        (await SubscriptionAsync()).State.ShouldBe(SubscriptionState.Disabled);
        (await host.PublishedAsync<DeliveryFailed>()).ShouldHaveSingleItem().Reason.ShouldContain("410");
        (await DeliveriesAsync())
            .ToDictionary(delivery => delivery.Table, delivery => delivery.State)
            .ShouldBe(new Dictionary<string, DeliveryState> { ["orders"] = DeliveryState.Failed, ["lines"] = DeliveryState.Cancelled }, ignoreOrder: true);
        var book = host.Services.GetRequiredService<DeliveryBook>();
        (await book.ReplayAsync((await DeliveriesAsync())[0].Id, TestContext.Current.CancellationToken)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_wait_that_the_endpoint_asks_for_is_kept(int status)
    {
        partner.OnNotice = (context, number) =>
        {
            context.Response.StatusCode = number == 1 ? status : 200;
            context.Response.Headers.RetryAfter = "90";
            return Task.CompletedTask;
        };
        await CommitAsync(orders, 1);
        await host.DeliverDueAsync();

        time.Advance(TimeSpan.FromSeconds(89));
        await host.DeliverDueAsync();
        partner.Notices.Count.ShouldBe(1);
        time.Advance(TimeSpan.FromSeconds(1));
        (await host.DeliverDueAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_wait_until_a_point_in_time_is_kept_but_not_longer_than_a_day()
    {
        partner.OnNotice = (context, number) =>
        {
            context.Response.StatusCode = number == 1 ? 429 : 200;
            context.Response.Headers.RetryAfter = time.GetUtcNow().AddYears(5).ToString("R");
            return Task.CompletedTask;
        };
        await CommitAsync(orders, 1);
        await host.DeliverDueAsync();

        time.Advance(TimeSpan.FromHours(23));
        (await host.DeliverDueAsync()).ShouldBe(0);
        time.Advance(TimeSpan.FromHours(1));
        (await host.DeliverDueAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_in_time_is_left()
    {
        var asked = new TaskCompletionSource();
        partner.OnNotice = async (context, _) =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        await CommitAsync(orders, 1);

        var delivering = host.DeliverDueAsync();
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(60));
        time.Advance(TimeSpan.FromSeconds(15));

        (await delivering.WaitAsync(TimeSpan.FromSeconds(60))).ShouldBe(0);
        (await DeliveriesAsync()).ShouldHaveSingleItem().LastError.ShouldBe("No answer within 15 s.");
    }

    [Fact]
    public async Task An_endpoint_that_is_not_there_is_tried_again()
    {
        await partner.DisposeAsync();
        await CommitAsync(orders, 1);

        (await host.DeliverDueAsync()).ShouldBe(0);

        var delivery = (await DeliveriesAsync()).ShouldHaveSingleItem();
        (delivery.State, delivery.Attempts, delivery.LastStatus).ShouldBe((DeliveryState.Pending, 1, null));
    }

    [Fact]
    public async Task A_notice_whose_sender_ended_is_sent_again_under_the_same_id()
    {
        await CommitAsync(orders, 1);
        var ended = host.NewDeliveryWorker();
        var claimed = (await ended.ClaimAsync(10, TestContext.Current.CancellationToken)).ShouldHaveSingleItem();
        var sender = host.Services.GetRequiredService<NoticeSender>();
        var notice = await NextOfAsync(claimed);
        (await sender.SendAsync(notice, TestContext.Current.CancellationToken)).ShouldBe(new SendOutcome.Delivered(202));

        (await host.DeliverDueAsync()).ShouldBe(0, "the subscription belongs to the sender that ended until its lease is over");
        await host.DisposeAsync();
        host = await StartAsync();
        time.Advance(TimeSpan.FromMinutes(2));
        (await host.DeliverDueAsync()).ShouldBe(1);

        partner.Notices.Count.ShouldBe(2);
        partner.Notices.Select(received => received.Body).Distinct().ShouldHaveSingleItem();
    }
}
