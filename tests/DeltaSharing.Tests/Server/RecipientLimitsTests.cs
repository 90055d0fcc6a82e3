using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Limits;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Server;

public sealed class RecipientLimitsTests : IAsyncDisposable
{
    // So slow that nothing comes back within a test.
    private const double OneInAnHour = 1 / 3600.0;

    private readonly TaskCompletionSource release = new();
    private readonly List<ProtocolHost> hosts = [];
    private int underway;

    public async ValueTask DisposeAsync()
    {
        release.TrySetResult();
        foreach (var host in hosts)
            await host.DisposeAsync();
    }

    [Fact]
    [ProtocolRule("Limits and load", "A recipient beyond its limits gets 429 with Retry-After in whole seconds and the protocol's error body; others go on")]
    public async Task Who_makes_too_many_calls_is_told_when_to_come_again_and_others_go_on()
    {
        var host = await StartAsync(new RecipientLimitOptions { CallsPerSecond = OneInAnHour, Burst = 3 });
        for (var i = 0; i < 3; i++)
            (await host.Client.GetAsync("version")).StatusCode.ShouldBe(HttpStatusCode.OK);

        using var refused = await host.Client.GetAsync("version");

        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        var wait = refused.Headers.RetryAfter!.Delta.ShouldNotBeNull();
        wait.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        wait.Ticks.ShouldBe(TimeSpan.FromSeconds(Math.Floor(wait.TotalSeconds)).Ticks);
        var body = ErrorBody.Parse(await refused.Content.ReadAsByteArrayAsync()).ShouldNotBeNull();
        body.ErrorCode.ShouldBe("TOO_MANY_REQUESTS");
        refused.Headers.Contains("Delta-Table-Version").ShouldBeFalse();
        using var other = host.ClientOf("other");
        (await other.GetAsync("version")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_has_too_many_calls_under_way_is_refused_until_one_has_ended()
    {
        var host = await StartAsync(new RecipientLimitOptions { ConcurrentCalls = 2 });
        var slow = Enumerable.Range(0, 2).Select(_ => host.Client.GetAsync("slow")).ToList();
        await Eventually.Async(() => underway == 2);

        using var refused = await host.Client.GetAsync("version");
        using var other = host.ClientOf("other");
        using var passed = await other.GetAsync("version");
        release.SetResult();
        await Task.WhenAll(slow);

        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        passed.StatusCode.ShouldBe(HttpStatusCode.OK);
        await Eventually.Async(async () => (await host.Client.GetAsync("version")).StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Calls_come_back_with_time()
    {
        var host = await StartAsync(new RecipientLimitOptions { CallsPerSecond = 10, Burst = 1 });
        await Eventually.Async(async () => (await host.Client.GetAsync("version")).StatusCode == HttpStatusCode.TooManyRequests);

        await Eventually.Async(async () => (await host.Client.GetAsync("version")).StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Nobody_is_limited_where_the_limits_are_off()
    {
        var host = await StartAsync(
            new RecipientLimitOptions
            {
                CallsPerSecond = 0,
                Burst = 1,
                ConcurrentCalls = 0,
            }
        );

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => host.Client.GetAsync("version")));

        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Replicas_that_share_their_counts_let_in_no_more_together_than_one()
    {
        var (shared, options) = (new SharedCounts(), new RecipientLimitOptions { CallsPerSecond = OneInAnHour, Burst = 4 });
        var replicas = new[] { await StartAsync(options, shared), await StartAsync(options, shared) };

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 8; i++)
            statuses.Add((await replicas[i % 2].Client.GetAsync("version")).StatusCode);

        // A new window may begin on the way, with as many again.
        statuses.Count(status => status == HttpStatusCode.OK).ShouldBeInRange(4, 7);
    }

    [Fact]
    [ProtocolRule(
        "Limits and load",
        "Refused calls are recorded",
        Served = "the first of a recipient by itself, those that follow within a while together with their number"
    )]
    public async Task Refused_calls_are_all_in_the_record_and_a_flood_of_them_is_two_entries()
    {
        var measured = 0L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Name == "tideway.delta_sharing.refused_calls")
                l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref measured, value));
        listener.Start();
        var host = await StartAsync(new RecipientLimitOptions { CallsPerSecond = OneInAnHour, Burst = 1 });
        using var other = host.ClientOf("other");

        for (var i = 0; i < 21; i++)
            await host.Client.GetAsync("version?maxResults=" + i);
        for (var i = 0; i < 2; i++)
            await other.GetAsync("version");
        await host.StopAsync();

        var refusals = host.Log.Records.Where(access => access.Status == 429).ToList();
        refusals
            .Select(access => (access.RecipientName, access.Parameters.GetValueOrDefault("refusedCalls")))
            .ShouldBe([("acme", null), ("other", null), ("acme", "19")]);
        refusals.ShouldAllBe(access => access.ErrorCode == "TOO_MANY_REQUESTS" && access.ErrorMessage!.Contains("limit of calls per second"));
        refusals[2].Parameters["maxResults"].ShouldBe("20");
        refusals.Select(access => access.RequestId).ShouldBeUnique();
        measured.ShouldBeGreaterThanOrEqualTo(21);
    }

    [Fact]
    public async Task A_refusal_that_cannot_be_recorded_is_a_503_and_the_next_is_recorded_again()
    {
        var host = await StartAsync(new RecipientLimitOptions { CallsPerSecond = OneInAnHour, Burst = 1 });
        await host.Client.GetAsync("version");

        host.Log.IsBroken = true;
        using var unrecorded = await host.Client.GetAsync("version");
        host.Log.IsBroken = false;
        using var refused = await host.Client.GetAsync("version");

        unrecorded.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        host.Log.Records.Select(access => access.Status).ShouldBe([200, 429]);
    }

    private async Task<ProtocolHost> StartAsync(RecipientLimitOptions limits, SharedCounts? shared = null)
    {
        var host = await ProtocolHost.StartAsync(
            group =>
            {
                group.MapGet("/version", () => new VersionAnswer(1));
                group.MapGet(
                    "/slow",
                    async () =>
                    {
                        Interlocked.Increment(ref underway);
                        await release.Task;
                        return new VersionAnswer(1);
                    }
                );
            },
            limits,
            shared
        );
        hosts.Add(host);
        return host;
    }
}
