using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tideway.Contracts.InboundSync;
using Tideway.InboundSync.Tests.Support;
using Tideway.Testing;

namespace Tideway.InboundSync.Tests.PartnerEvents;

public sealed class PartnerEventTests : SyncFixture
{
    private const string Path = "/partner/events";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Provider.TakesSubscriptions = true;
        await Orders.AppendOrdersAsync(1, 10);
        await Host.AddSyncAsync();
    }

    [Fact]
    public async Task A_sync_subscribes_to_its_share()
    {
        Provider.Subscription!.Value.Endpoint.ShouldBe(InboundHost.PublicUrl + Path);
        Provider.Subscription.Value.Share.ShouldBe("sales");
        var raw = await Host.Database.QueryFirstOrDefaultAsync<string>("SELECT secret FROM partner_subscription", null, TestContext.Current.CancellationToken);
        raw!.ShouldStartWith("tw1.");

        await Host.SyncAsync();

        Provider.Requests.Count(request => request == "POST /api/tideway/v1/subscriptions").ShouldBe(1);
        Host.Logs.Lines.Where(line => line.Contains("whsec_", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_notice_starts_the_sync_at_once()
    {
        await Orders.AppendOrdersAsync(11, 20);

        (await SendAsync(Notice())).ShouldBe(202);

        var run = await Host.WaitForRunAsync("orders", run => run["state"]!.GetValue<string>() == "succeeded" && run["to_version"]!.GetValue<long>() == 2);
        run["trigger"]!.GetValue<string>().ShouldBe("event");
        await ShouldBeSameFilesAsync();
        var told = (await Host.Events.WaitForAsync<PartnerEventReceived>()).Single();
        told.EventId.ShouldBe("notice-1");
        told.ProviderName.ShouldBe("partner");
        told.Subject.ShouldBe("sales.public.orders");
    }

    [Fact]
    public async Task A_notice_that_comes_twice_is_handled_once()
    {
        (await SendAsync(Notice())).ShouldBe(202);
        (await SendAsync(Notice(), time: TimeSpan.FromSeconds(30))).ShouldBe(202);
        (await SendAsync(Notice("notice-2"))).ShouldBe(202);

        (await Host.Events.WaitForAsync<PartnerEventReceived>(2)).Select(told => told.EventId).ShouldBe(["notice-1", "notice-2"]);
        (await Host.CountAsync("partner_event")).ShouldBe(2);
    }

    [Fact]
    public async Task Members_that_are_not_known_do_no_harm()
    {
        var notice = Notice();
        notice["sequence"] = "0000000000000000042";
        notice["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        notice["extension"] = new { deep = new[] { 1, 2 } };

        (await SendAsync(notice)).ShouldBe(202);
    }

    [Fact]
    public async Task A_notice_without_a_table_is_taken_and_starts_nothing()
    {
        var notice = Notice();
        notice["type"] = "org.tideway.share.updated.v1";
        notice["data"] = new { share = "sales" };
        var due = await DueAtAsync();

        (await SendAsync(notice)).ShouldBe(202);

        await Host.Events.WaitForAsync<PartnerEventReceived>();
        (await DueAtAsync()).ShouldBe(due);
    }

    [Fact]
    public async Task Another_secret_is_refused() =>
        await ShouldBeRefusedAsync(() => SendAsync(Notice(), secret: "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(24))), 401);

    [Fact]
    public async Task A_stale_notice_is_refused() => await ShouldBeRefusedAsync(() => SendAsync(Notice(), time: TimeSpan.FromMinutes(-6)), 401);

    [Fact]
    public async Task A_notice_from_the_future_is_refused() => await ShouldBeRefusedAsync(() => SendAsync(Notice(), time: TimeSpan.FromMinutes(6)), 401);

    [Fact]
    public async Task A_notice_without_a_signature_is_refused() => await ShouldBeRefusedAsync(() => SendAsync(Notice(), signed: false), 401);

    [Fact]
    public async Task An_id_that_was_not_signed_is_refused() => await ShouldBeRefusedAsync(() => SendAsync(Notice(), headerId: "another"), 401);

    [Fact]
    public async Task Another_source_is_refused()
    {
        var notice = Notice();
        notice["source"] = "https://elsewhere.example";
        await ShouldBeRefusedAsync(() => SendAsync(notice), 401);
    }

    [Fact]
    public async Task A_notice_of_another_share_than_its_secret_is_for_is_refused()
    {
        var notice = Notice();
        notice["data"] = new
        {
            share = "another",
            schema = "public",
            table = "orders",
        };
        await ShouldBeRefusedAsync(() => SendAsync(notice), 401);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"specversion":"0.3","id":"1","source":"s","type":"t"}""")]
    [InlineData("""{"specversion":"1.0","id":"","source":"s","type":"t"}""")]
    [InlineData("""{"specversion":"1.0","id":7,"source":"s","type":"t"}""")]
    [InlineData("""{"specversion":"1.0","id":"1","type":"t"}""")]
    [InlineData("""{"specversion":"1.0","id":"\ud800","source":"s","type":"t"}""")]
    [InlineData("""{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}}}}}}}}}}}}""")]
    public async Task A_body_that_is_no_CloudEvent_is_400(string body) => await ShouldBeRefusedAsync(() => PostAsync(Encoding.UTF8.GetBytes(body), []), 400);

    [Fact]
    public async Task A_body_that_is_too_large_is_413()
    {
        var notice = Notice();
        notice["padding"] = new string('x', 64 * 1024);
        await ShouldBeRefusedAsync(() => SendAsync(notice), 413);
    }

    [Fact]
    public async Task Names_are_compared_whatever_their_casing()
    {
        await Orders.AppendOrdersAsync(11, 20);
        var notice = Notice();
        notice["data"] = new
        {
            share = "SALES",
            schema = "Public",
            table = "ORDERS",
        };

        (await SendAsync(notice)).ShouldBe(202);

        await Host.WaitForRunAsync("orders", run => run["state"]!.GetValue<string>() == "succeeded" && run["to_version"]!.GetValue<long>() == 2);
    }

    [Theory]
    [InlineData("127.0.0.1", 200)]
    [InlineData("http://127.0.0.1:9999", 200)]
    [InlineData("elsewhere.example", 403)]
    [InlineData("", 403)]
    [InlineData(null, 403)]
    public async Task The_handshake_is_for_providers_of_ours_alone(string? origin, int expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, Path);
        if (origin is not null)
            request.Headers.TryAddWithoutValidation("WebHook-Request-Origin", origin);

        using var answer = await Host.ClientOf("nobody").SendAsync(request, TestContext.Current.CancellationToken);

        ((int)answer.StatusCode).ShouldBe(expected);
        answer.Headers.TryGetValues("WebHook-Allowed-Origin", out var allowed).ShouldBe(expected == 200);
        if (expected == 200)
            allowed!.Single().ShouldBe(origin);
    }

    [Fact]
    public async Task A_notice_during_a_run_leads_to_another_run()
    {
        await Orders.AppendOrdersAsync(11, 20);
        var reached = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        Provider.Fault = async context =>
        {
            if (!context.Request.Path.Value!.StartsWith("/files", StringComparison.Ordinal))
                return false;
            reached.TrySetResult();
            await goOn.Task;
            return false;
        };
        await Host.ExpectAsync(HttpMethod.Post, InboundHost.Syncs + "/orders/run", null);
        await reached.Task.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        await Orders.AppendOrdersAsync(21, 30);
        (await SendAsync(Notice())).ShouldBe(202);

        goOn.SetResult();

        await Host.WaitForRunAsync("orders", run => run["state"]!.GetValue<string>() == "succeeded" && run["to_version"]!.GetValue<long>() == 3);
        await ShouldBeSameFilesAsync();
    }

    private static Dictionary<string, object?> Notice(string id = "notice-1") =>
        new(StringComparer.Ordinal)
        {
            ["specversion"] = "1.0",
            ["id"] = id,
            ["type"] = "org.tideway.table.changes.published.v1",
            ["source"] = null,
            ["subject"] = "sales.public.orders",
            ["data"] = new
            {
                share = "sales",
                schema = "public",
                table = "orders",
                from_version = 2,
                to_version = 2,
            },
        };

    private async Task<int> SendAsync(
        Dictionary<string, object?> notice,
        string? secret = null,
        TimeSpan time = default,
        bool signed = true,
        string? headerId = null
    )
    {
        notice["source"] ??= Provider.Address;
        var body = JsonSerializer.SerializeToUtf8Bytes(notice);
        var id = headerId ?? (string)notice["id"]!;
        var timestamp = (TimeProvider.System.GetUtcNow() + time).ToUnixTimeSeconds();
        var key = Convert.FromBase64String((secret ?? Provider.Subscription!.Value.Secret)["whsec_".Length..]);
        byte[] content = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp.ToString(CultureInfo.InvariantCulture)}."), .. body];
        var headers = new List<(string, string)> { ("webhook-id", id), ("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture)) };
        if (signed)
            headers.Add(("webhook-signature", "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, content))));
        return await PostAsync(body, headers);
    }

    private async Task<int> PostAsync(byte[] body, IEnumerable<(string Name, string Value)> headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/cloudevents+json; charset=utf-8");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        // Nobody is signed in: a notice stands for itself.
        using var answer = await Host.ClientOf("nobody").SendAsync(request, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }

    private async Task ShouldBeRefusedAsync(Func<Task<int>> send, int expected)
    {
        var due = await DueAtAsync();
        (await send()).ShouldBe(expected);
        (await DueAtAsync()).ShouldBe(due);
        (await Host.CountAsync("partner_event")).ShouldBe(0);
    }

    private Task<long> DueAtAsync() => Host.Database.QueryFirstOrDefaultAsync<long>("SELECT due_at FROM sync", null, TestContext.Current.CancellationToken);
}
