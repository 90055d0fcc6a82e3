using Microsoft.AspNetCore.Http;
using Tideway.InboundSync.Tests.Support;
using Tideway.Testing;

namespace Tideway.InboundSync.Tests.Runs;

public sealed class SchedulerTests : SyncFixture
{
    private readonly TaskCompletionSource goOn = new();
    private int downloading;
    private int mostAtOnce;

    private protected override string[] Settings => ["--InboundSync:Concurrency=2", "--InboundSync:Lease=00:00:05"];

    public override async ValueTask DisposeAsync()
    {
        goOn.TrySetResult();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task The_timer_makes_a_sync_due()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Host.AddSyncAsync();
        await Orders.AppendOrdersAsync(11, 20);

        await Host.ChangeAsync("UPDATE sync SET due_at = @at", new { at = TimeProvider.System.GetUtcNow().AddMilliseconds(300) });

        var run = await Host.WaitForRunAsync("orders", run => run["to_version"]?.GetValue<long>() == 2);
        run["trigger"]!.GetValue<string>().ShouldBe("timer");
    }

    [Fact]
    public async Task No_more_syncs_run_at_once_than_allowed_and_all_are_run()
    {
        Provider.Fault = HoldAsync;
        var names = new[] { "a", "b", "c", "d", "e" };
        foreach (var name in names)
        {
            await (await ShareAsync(name)).AppendOrdersAsync(1, 10);
            await Host.CreateSyncAsync(name, table: name);
        }

        await Eventually.Async(() => Volatile.Read(ref downloading) == 2, because: "two syncs at work");
        (await Host.GetAsync(InboundHost.Syncs))["syncs"]!.AsArray().Count(sync => sync!["status"]!.GetValue<string>() == "running").ShouldBe(2);
        goOn.SetResult();

        foreach (var name in names)
            await Host.WaitForRunAsync(name, run => run["state"]!.GetValue<string>() == "succeeded");
        mostAtOnce.ShouldBe(2);
    }

    [Fact]
    public async Task Progress_shows_while_a_run_lasts()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Orders.AppendOrdersAsync(11, 2000);
        var files = (await DeltaTables.SnapshotAsync(Orders.Folder)).Files.ToList();
        var large = Path.GetFileName(files.MaxBy(file => file.Size)!.Path);
        Provider.Fault = async context =>
        {
            if (!context.Request.Path.Value!.EndsWith(large, StringComparison.Ordinal))
                return false;
            await goOn.Task;
            return false;
        };
        await Host.CreateSyncAsync();

        var run = await Host.WaitForRunAsync("orders", run => run["state"]!.GetValue<string>() == "running" && run["files_done"]!.GetValue<long>() == 1);

        run["files_total"]!.GetValue<long>().ShouldBe(2);
        run["bytes_total"]!.GetValue<long>().ShouldBe(files.Sum(file => file.Size));
        run["bytes_done"]!.GetValue<long>().ShouldBe(files.Min(file => file.Size));
        goOn.SetResult();
        await Host.WaitForRunAsync("orders", run => run["state"]!.GetValue<string>() == "succeeded");
    }

    [Fact]
    public async Task A_lease_that_is_lost_stops_the_run_and_who_has_it_goes_on()
    {
        await Orders.AppendOrdersAsync(1, 10);
        Provider.Fault = HoldAsync;
        await Host.CreateSyncAsync();
        await Eventually.Async(() => Volatile.Read(ref downloading) == 1, because: "a run");

        await Host.ChangeAsync("UPDATE sync SET lease_owner = 'other', lease_until = @at", new { at = TimeProvider.System.GetUtcNow().AddHours(1) });

        await Eventually.Async(() => Volatile.Read(ref downloading) == 0, because: "the end of the run");
        await Eventually.Async(
            () => Host.Logs.Lines.Any(line => line.Contains("was lost to another process", StringComparison.Ordinal)),
            because: "the log line"
        );
        (await DeltaTables.Open(Copy).ExistsAsync(TestContext.Current.CancellationToken)).ShouldBeFalse();
        (await Host.CountAsync("sync_run WHERE state = 'running'")).ShouldBe(1);

        goOn.SetResult();
        await Host.ChangeAsync("UPDATE sync SET lease_until = 1");
        await Host.WaitForRunAsync("orders", run => run["state"]!.GetValue<string>() == "succeeded");
        await ShouldBeSameFilesAsync();
        (await Host.CountAsync("sync_run WHERE state = 'failed'")).ShouldBe(1);
    }

    [Fact]
    public async Task Deleting_a_sync_stops_its_run()
    {
        await Orders.AppendOrdersAsync(1, 10);
        Provider.Fault = HoldAsync;
        await Host.CreateSyncAsync();
        await Eventually.Async(() => Volatile.Read(ref downloading) == 1, because: "a run");

        (await Host.SendAsync(HttpMethod.Delete, InboundHost.Syncs + "/orders", null)).Status.ShouldBe(204);

        await Eventually.Async(() => Volatile.Read(ref downloading) == 0, because: "the end of the run");
        (await Host.CountAsync("sync_run")).ShouldBe(0);
    }

    [Fact]
    public async Task With_SQLite_what_a_killed_process_held_goes_on_at_once()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Host.AddSyncAsync();
        await Orders.AppendOrdersAsync(11, 20);
        await Host.ChangeAsync(
            "UPDATE sync SET lease_owner = 'killed', lease_until = @until, due_at = 1",
            new { until = TimeProvider.System.GetUtcNow().AddHours(1) }
        );
        await Host.ChangeAsync("UPDATE sync_run SET state = 'running', finished_at = NULL");

        await RestartAsync();

        await Host.WaitForRunAsync("orders", run => run["to_version"]?.GetValue<long>() == 2 && run["state"]!.GetValue<string>() == "succeeded");
        await ShouldBeSameFilesAsync();
        (await Host.CountAsync("sync_run WHERE state = 'running'")).ShouldBe(0);
    }

    private async Task<bool> HoldAsync(HttpContext context)
    {
        if (!context.Request.Path.Value!.StartsWith("/files", StringComparison.Ordinal))
            return false;
        var now = Interlocked.Increment(ref downloading);
        try
        {
            lock (goOn)
                mostAtOnce = Math.Max(mostAtOnce, now);
            await goOn.Task.WaitAsync(context.RequestAborted);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref downloading);
        }
    }
}
