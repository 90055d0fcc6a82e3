using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Database;
using Tideway.InboundSync.Providers;
using Tideway.InboundSync.Runs;
using Tideway.InboundSync.Storage;
using Tideway.InboundSync.Syncs;
using Tideway.InboundSync.Tests.Support;

namespace Tideway.InboundSync.Tests.Storage;

/// <summary>What the state keeps, whatever the engine.</summary>
public abstract class StoreContract : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private InboundHost host = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private InboundSyncDatabase Database => host.Database;

    private IProviderStore Providers => host.Services.GetRequiredService<IProviderStore>();

    private ISyncStore Syncs => host.Services.GetRequiredService<ISyncStore>();

    private SyncQueue Queue => host.Services.GetRequiredService<SyncQueue>();

    private SyncRecorder Recorder => host.Services.GetRequiredService<SyncRecorder>();

    protected abstract Task<string[]> SettingsAsync();

    public async ValueTask InitializeAsync() => host = await InboundHost.StartIdleAsync(folder, [.. await SettingsAsync(), "--InboundSync:RunsKept=3"]);

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
            await host.DisposeAsync();
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_provider_is_found_by_name_in_any_casing_and_by_id()
    {
        var provider = await AddProviderAsync("Acme");

        (await Providers.FindAsync("aCME", Stop)).ShouldBe(provider);
        (await Providers.FindAsync(provider.ProviderId, Stop)).ShouldBe(provider);
        (await Providers.FindAsync("acm", Stop)).ShouldBeNull();
        (await Providers.AllAsync(Stop)).ShouldBe([provider]);
    }

    [Fact]
    public async Task A_change_of_a_provider_leaves_what_it_does_not_name()
    {
        var provider = await AddProviderAsync("acme");
        await AddProviderAsync("globex");
        var change = new ProviderChange
        {
            ProviderId = provider.ProviderId,
            Comment = "new",
            UpdatedAt = StoredThings.Start.AddDays(1),
            UpdatedBy = "somebody",
        };

        (await CommitAsync(transaction => Providers.UpdateAsync(transaction, change, Stop))).ShouldBeTrue();
        (await Providers.FindAsync("acme", Stop)).ShouldBe(
            provider with
            {
                Comment = "new",
                UpdatedAt = StoredThings.Start.AddDays(1),
                UpdatedBy = "somebody",
            }
        );

        var profile = change with { Comment = null, Endpoint = "https://new.example/ds", Profile = "sealed-2", ExpirationTime = null };
        (await CommitAsync(transaction => Providers.UpdateAsync(transaction, profile, Stop))).ShouldBeTrue();
        var found = (await Providers.FindAsync("acme", Stop))!;
        (found.Endpoint, found.Profile, found.ExpirationTime, found.Comment).ShouldBe(("https://new.example/ds", "sealed-2", null, "new"));

        (await CommitAsync(transaction => Providers.UpdateAsync(transaction, change with { Name = "Globex" }, Stop))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_provider_of_syncs_is_not_deleted()
    {
        var provider = await AddProviderAsync("acme");
        var sync = await AddSyncAsync(provider, "orders");

        (await CommitAsync(transaction => Providers.DeleteAsync(transaction, provider.ProviderId, Stop))).ShouldBeFalse();
        await CommitAsync(async transaction =>
        {
            await Syncs.DeleteAsync(transaction, sync.SyncId, Stop);
            return true;
        });
        (await CommitAsync(transaction => Providers.DeleteAsync(transaction, provider.ProviderId, Stop))).ShouldBeTrue();
    }

    [Fact]
    public async Task A_sync_comes_back_as_it_was_kept()
    {
        var provider = await AddProviderAsync("acme");
        var sync = await AddSyncAsync(provider, "Orders");

        (await Syncs.FindAsync("ORDERS", Stop)).ShouldBe(sync);
        (await Syncs.FindAsync(sync.SyncId, Stop))!.Keys.ShouldBe(["id", "day"]);
        (await Syncs.ListAsync("", 10, Stop)).ShouldBe([sync]);
        (
            await CommitAsync(transaction => Syncs.AddAsync(transaction, sync with { SyncId = Guid.CreateVersion7(), TargetLocation = "file:///other" }, Stop))
        ).ShouldBeFalse();
        (await CommitAsync(transaction => Syncs.AddAsync(transaction, sync with { SyncId = Guid.CreateVersion7(), Name = "other" }, Stop))).ShouldBeFalse();
    }

    [Theory]
    [InlineData("file:///lake/a%20b_c", true)]
    [InlineData("file:///lake/a%20b_c/below", true)]
    [InlineData("file:///lake", true)]
    [InlineData("file:///lake/a%20b_cd", false)]
    [InlineData("file:///lake/a%20b", false)]
    [InlineData("file:///lake/aXX20bYc", false)]
    [InlineData("file:///lak", false)]
    public async Task Targets_that_overlap_are_found(string target, bool overlaps)
    {
        var provider = await AddProviderAsync("acme");
        await AddSyncAsync(provider, "orders", "file:///lake/a%20b_c");

        (await Syncs.FindByTargetAsync(target, Stop) is not null).ShouldBe(overlaps);
    }

    [Fact]
    public async Task Many_who_claim_at_once_get_each_sync_once()
    {
        var provider = await AddProviderAsync("acme");
        var syncs = new List<Guid>();
        for (var i = 0; i < 30; i++)
            syncs.Add((await AddSyncAsync(provider, $"s{i}")).SyncId);
        using var others = new QueueSet(Database, host.Services.GetRequiredService<IOptions<SyncOptions>>(), 6);

        var claimed = await Task.WhenAll(
            others.Queues.Select(async queue =>
            {
                var mine = new List<Guid>();
                while (await queue.ClaimAsync(2, Stop) is { Count: > 0 } some)
                    mine.AddRange(some.Select(lease => lease.SyncId));
                return mine;
            })
        );

        claimed.SelectMany(some => some).Order().ShouldBe(syncs.Order());
        (await Queue.ClaimAsync(100, Stop)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_sync_is_claimed_when_due_and_when_the_lease_of_another_ended()
    {
        var provider = await AddProviderAsync("acme");
        var sync = await AddSyncAsync(provider, "orders");
        await host.ChangeAsync("UPDATE sync SET due_at = @at", new { at = TimeProvider.System.GetUtcNow().AddHours(1) });
        (await Queue.ClaimAsync(1, Stop)).ShouldBeEmpty();

        await CommitAsync(async transaction =>
        {
            await Syncs.MakeDueAsync(transaction, sync.SyncId, SyncTrigger.Request, TimeProvider.System.GetUtcNow(), Stop);
            return true;
        });
        await host.ChangeAsync("UPDATE sync SET lease_owner = 'other', lease_until = @at", new { at = TimeProvider.System.GetUtcNow().AddHours(1) });
        (await Queue.ClaimAsync(1, Stop)).ShouldBeEmpty();
        (await Queue.RenewAsync(new SyncLease(sync.SyncId, Queue.Owner), Stop)).ShouldBeFalse();

        await host.ChangeAsync("UPDATE sync SET lease_until = @at", new { at = TimeProvider.System.GetUtcNow().AddSeconds(-1) });
        var lease = await ClaimAsync(sync);
        (await Queue.RenewAsync(lease, Stop)).ShouldBeTrue();
        await Queue.ReleaseAsync(lease, Stop);
        await ClaimAsync(sync);
    }

    [Fact]
    public async Task A_sync_that_was_taken_again_in_the_same_process_is_none_of_who_had_it_before()
    {
        var before = await ClaimedAsync();
        var lost = await BeginAsync(before);
        await host.ChangeAsync("UPDATE sync SET lease_until = 1");
        var lease = await ClaimAsync(before);
        var run = await BeginAsync((await Syncs.FindAsync(before.SyncId, Stop))!);

        (await Queue.RenewAsync(new SyncLease(before.SyncId, before.LeaseOwner!), Stop)).ShouldBeFalse();
        (await Recorder.FailAsync(before, lost, "reason", null, new RunProgress(), Stop)).ShouldBeFalse();
        (await Recorder.BeginAsync(before, Stop)).ShouldBeNull();

        (await Queue.RenewAsync(lease, Stop)).ShouldBeTrue();
        var last = await LastRunAsync(before);
        (last.RunId, last.State).ShouldBe((run.RunId, "running"));
    }

    [Fact]
    public async Task A_notice_makes_the_syncs_of_its_table_due_in_any_casing()
    {
        var provider = await AddProviderAsync("acme");
        var sync = await AddSyncAsync(provider, "orders");
        var now = TimeProvider.System.GetUtcNow();

        (await CommitAsync(transaction => Syncs.MakeDueAsync(transaction, provider.ProviderId, "S", "P", "T", SyncTrigger.Event, now, Stop))).ShouldBe(1);
        (await CommitAsync(transaction => Syncs.MakeDueAsync(transaction, provider.ProviderId, "S", "P", "X", SyncTrigger.Event, now, Stop))).ShouldBe(0);
        (await CommitAsync(transaction => Syncs.MakeDueAsync(transaction, Guid.CreateVersion7(), "S", "P", "T", SyncTrigger.Event, now, Stop))).ShouldBe(0);
        (await Syncs.FindAsync(sync.SyncId, Stop))!.DueTrigger.ShouldBe("event");
    }

    [Fact]
    public async Task A_run_that_succeeds_is_kept_with_what_it_did()
    {
        var sync = await ClaimedAsync();
        var run = await BeginAsync(sync);
        var progress = new RunProgress();
        progress.Expect(2, 30);
        progress.Received(20);
        progress.Fetched();
        progress.Found(10);
        progress.Answered("r1");

        (await Recorder.SucceedAsync(sync, run, new SyncOutcome(3, 7, 9, WholeTable: true, new ChangedRows(1, 2, 3)), progress, Stop)).ShouldBeTrue();

        var kept = await LastRunAsync(sync);
        (kept.State, kept.FromVersion, kept.ToVersion, kept.LocalVersion, kept.WholeTable).ShouldBe(("succeeded", 3, 7, 9, true));
        (kept.FilesTotal, kept.FilesDone, kept.BytesTotal, kept.BytesDone, kept.RequestIds).ShouldBe((2, 2, 30, 30, """["r1"]"""));
        (kept.RowsInserted, kept.RowsUpdated, kept.RowsDeleted).ShouldBe((1, 2, 3));
        var after = (await Syncs.FindAsync(sync.SyncId, Stop))!;
        (after.RemoteVersion, after.Failures, after.LeaseOwner, after.DueTrigger).ShouldBe((7, 0, null, "timer"));
        after.DueAt.ShouldBeInRange(TimeProvider.System.GetUtcNow().AddSeconds(50), TimeProvider.System.GetUtcNow().AddSeconds(70));
    }

    [Fact]
    public async Task What_makes_a_sync_due_during_a_run_stays()
    {
        var sync = await ClaimedAsync();
        var run = await BeginAsync(sync);
        // A replica whose clock is behind made it due: any change counts.
        await CommitAsync(transaction => Syncs.MakeDueAsync(transaction, sync.ProviderId, "s", "p", "t", SyncTrigger.Event, sync.DueAt.AddSeconds(-1), Stop));

        await Recorder.SucceedAsync(sync, run, new SyncOutcome(null, 1, 0, WholeTable: true), new RunProgress(), Stop);

        await ClaimAsync(sync);
        (await Syncs.FindAsync(sync.SyncId, Stop))!.DueTrigger.ShouldBe("event");
    }

    [Fact]
    public async Task Who_lost_the_lease_records_nothing()
    {
        var sync = await ClaimedAsync();
        var run = await BeginAsync(sync);
        await host.ChangeAsync("UPDATE sync SET lease_owner = 'other'");

        (await Recorder.SucceedAsync(sync, run, new SyncOutcome(null, 1, 0, WholeTable: true), new RunProgress(), Stop)).ShouldBeFalse();
        (await Recorder.FailAsync(sync, run, "reason", null, new RunProgress(), Stop)).ShouldBeFalse();
        (await Recorder.NothingNewAsync(sync, 1, Stop)).ShouldBeFalse();
        (await Recorder.BeginAsync(sync, Stop)).ShouldBeNull();

        (await LastRunAsync(sync)).State.ShouldBe("running");
        (await Syncs.FindAsync(sync.SyncId, Stop))!.RemoteVersion.ShouldBeNull();
    }

    [Fact]
    public async Task Failures_wait_longer_each_time_and_keep_the_reason()
    {
        var sync = await ClaimedAsync();
        for (var failure = 1; failure <= 3; failure++)
        {
            var run = await BeginAsync(sync);
            (await Recorder.FailAsync(sync, run, $"reason {failure}", null, new RunProgress(), Stop)).ShouldBeTrue();
            await host.ChangeAsync("UPDATE sync SET due_at = 1");
            sync = await ClaimedAsync(sync);
            (sync.Failures, sync.DueTrigger).ShouldBe((failure, "recovery"));
        }

        (await LastRunAsync(sync)).Reason.ShouldBe("reason 3");
    }

    [Fact]
    public async Task Only_the_newest_runs_are_kept()
    {
        var sync = await ClaimedAsync();
        for (var i = 1; i <= 5; i++)
        {
            var run = await BeginAsync(sync);
            await Recorder.FailAsync(sync, run, $"{i}", null, new RunProgress(), Stop);
            await host.ChangeAsync("UPDATE sync SET due_at = 1");
            sync = await ClaimedAsync(sync);
            // Ids tell runs apart by the millisecond in which they began.
            var ended = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            SpinWait.SpinUntil(() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() > ended);
        }

        var kept = await host.GetAsync($"{InboundHost.Syncs}/{sync.Name}/runs");

        kept["runs"]!.AsArray().Select(run => run!["reason"]!.GetValue<string>()).ShouldBe(["5", "4", "3"]);
        var first = await host.GetAsync($"{InboundHost.Syncs}/{sync.Name}/runs?max_results=2");
        var second = await host.GetAsync($"{InboundHost.Syncs}/{sync.Name}/runs?max_results=2&page_token={first["next_page_token"]}");
        second["runs"]!.AsArray().Single()!["reason"]!.GetValue<string>().ShouldBe("3");
        second["next_page_token"].ShouldBeNull();
    }

    [Fact]
    public async Task A_run_that_was_left_open_is_closed_when_the_next_begins()
    {
        var sync = await ClaimedAsync();
        var left = await BeginAsync(sync);

        await BeginAsync(sync);

        var closed = await host.GetAsync($"{InboundHost.Syncs}/{sync.Name}/runs/{left.RunId}");
        closed["state"]!.GetValue<string>().ShouldBe("failed");
        closed["reason"]!.GetValue<string>().ShouldContain("process ended");
    }

    [Fact]
    public async Task A_run_that_is_asked_for_twice_is_one_and_is_the_one_that_begins()
    {
        var sync = await ClaimedAsync();
        var first = await host.ExpectAsync(HttpMethod.Post, $"{InboundHost.Syncs}/{sync.Name}/run", null);
        var second = await host.ExpectAsync(HttpMethod.Post, $"{InboundHost.Syncs}/{sync.Name}/run", null);
        first["state"]!.GetValue<string>().ShouldBe("queued");
        second["run_id"]!.GetValue<string>().ShouldBe(first["run_id"]!.GetValue<string>());
        (await Recorder.IsQueuedAsync(sync, Stop)).ShouldBeTrue();

        var run = await BeginAsync(sync);

        run.RunId.ToString().ShouldBe(first["run_id"]!.GetValue<string>());
        run.Trigger.ShouldBe("request");
        (await Recorder.IsQueuedAsync(sync, Stop)).ShouldBeFalse();
    }

    [Fact]
    public async Task Rows_set_aside_are_kept_with_their_version()
    {
        var sync = await ClaimedAsync();
        var run = await BeginAsync(sync);

        await Recorder.FailAsync(sync, run, "why", new QuarantineException("table", 4, 6, 17, "why"), new RunProgress(), Stop);

        var kept = (await Syncs.FindAsync(sync.SyncId, Stop))!;
        (kept.QuarantinedTable, kept.QuarantinedVersion).ShouldBe(("table", 6));
        var batch = (await host.GetAsync($"{InboundHost.Syncs}/{sync.Name}/quarantine"))["batches"]!.AsArray().Single()!;
        batch["row_count"]!.GetValue<long>().ShouldBe(17);
        batch["quarantined_at"]!.GetValue<long>().ShouldBeGreaterThan(0);
    }

    private async Task<Sync> ClaimedAsync() => await ClaimedAsync(await AddSyncAsync(await AddProviderAsync("acme"), "orders"));

    private async Task<Sync> ClaimedAsync(Sync sync)
    {
        await ClaimAsync(sync);
        return (await Syncs.FindAsync(sync.SyncId, Stop))!;
    }

    private async Task<SyncLease> ClaimAsync(Sync sync)
    {
        var lease = (await Queue.ClaimAsync(1, Stop)).ShouldHaveSingleItem();
        lease.SyncId.ShouldBe(sync.SyncId);
        return lease;
    }

    private async Task<SyncRun> BeginAsync(Sync sync) => (await Recorder.BeginAsync(sync, Stop)).ShouldNotBeNull();

    private async Task<SyncRun> LastRunAsync(Sync sync) =>
        (
            await Database.QueryFirstOrDefaultAsync<SyncRun>(
                SyncRunSql.Page,
                new
                {
                    syncId = sync.SyncId,
                    before = "",
                    limit = 1,
                },
                Stop
            )
        )!;

    private async Task<Provider> AddProviderAsync(string name)
    {
        var provider = StoredThings.Provider(name);
        (await CommitAsync(transaction => Providers.AddAsync(transaction, provider, Stop))).ShouldBeTrue();
        (await CommitAsync(transaction => Providers.AddAsync(transaction, provider with { ProviderId = Guid.CreateVersion7() }, Stop))).ShouldBeFalse();
        return provider;
    }

    private async Task<Sync> AddSyncAsync(Provider provider, string name, string? target = null)
    {
        var sync = StoredThings.Sync(provider, name, target);
        (await CommitAsync(transaction => Syncs.AddAsync(transaction, sync, Stop))).ShouldBeTrue();
        return sync;
    }

    private async Task<T> CommitAsync<T>(Func<ServiceTransaction, Task<T>> work)
    {
        await using var transaction = await Database.BeginAsync(Stop);
        var result = await work(transaction);
        await transaction.CommitAsync(Stop);
        return result;
    }
}
