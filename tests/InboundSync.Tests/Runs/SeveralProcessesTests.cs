using Tideway.InboundSync.Tests.Support;
using Tideway.Testing;

namespace Tideway.InboundSync.Tests.Runs;

/// <summary>Two processes of the service share one PostgreSQL database and one lake.</summary>
[Trait("Needs", "Servers")]
public sealed class SeveralProcessesTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private readonly TaskCompletionSource goOn = new();
    private FakeProvider provider = null!;
    private InboundHost one = null!;
    private InboundHost two = null!;
    private SharedTable orders = null!;

    public async ValueTask InitializeAsync()
    {
        string[] settings = [.. await Postgres.SettingsAsync(), "--InboundSync:Lease=00:00:10"];
        provider = await FakeProvider.StartAsync();
        one = await InboundHost.StartAsync(folder, settings);
        two = await InboundHost.StartAsync(folder, settings);
        await one.AddProviderAsync(provider);
        provider.Tables["sales/public/orders"] = orders = await SharedTable.CreateAsync(folder.Sub("remote"));
        provider.Tables["sales/public/other"] = await SharedTable.CreateAsync(folder.Sub("remote-other"));
    }

    public async ValueTask DisposeAsync()
    {
        goOn.TrySetResult();
        foreach (var host in new[] { one, two })
        {
            if (host is not null)
                await host.DisposeAsync();
        }

        if (provider is not null)
            await provider.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_sync_is_with_one_of_them_at_a_time()
    {
        await orders.AppendOrdersAsync(1, 100);
        await one.AddSyncAsync();
        await two.AddSyncAsync("other", "merge", table: "other");
        await orders.AppendOrdersAsync(101, 200);
        var downloading = 0;
        provider.Fault = async context =>
        {
            if (
                !context.Request.Path.Value!.Contains("/sales/public/orders/", StringComparison.Ordinal)
                || !context.Request.Path.Value.StartsWith("/files", StringComparison.Ordinal)
            )
                return false;
            Interlocked.Increment(ref downloading);
            await goOn.Task;
            return false;
        };
        var first = await one.ExpectAsync(HttpMethod.Post, InboundHost.Syncs + "/orders/run", null);
        await Eventually.Async(() => Volatile.Read(ref downloading) == 1, because: "a run");

        // While it lasts, both processes look for work again and again, and find only the other sync.
        await two.ExpectAsync(HttpMethod.Post, InboundHost.Syncs + "/orders/run", null);
        for (var i = 0; i < 3; i++)
        {
            await two.SyncAsync("other");
            await one.SyncAsync("other");
        }

        (await one.CountAsync("sync_run WHERE state = 'running'")).ShouldBe(1);
        downloading.ShouldBe(1);
        goOn.SetResult();
        await two.SyncAsync();
        (await one.GetAsync($"{InboundHost.Syncs}/orders/runs/{first["run_id"]}"))["state"]!.GetValue<string>().ShouldBe("succeeded");
        (await DeltaTables.FilesAsync(one.Target("orders"))).ShouldBe(await DeltaTables.FilesAsync(orders.Folder));
    }

    [Fact]
    public async Task What_a_process_that_stops_had_in_hand_the_other_takes_over()
    {
        await orders.AppendOrdersAsync(1, 100);
        var downloading = 0;
        var hold = true;
        provider.Fault = async context =>
        {
            if (!context.Request.Path.Value!.StartsWith("/files", StringComparison.Ordinal) || !Volatile.Read(ref hold))
                return false;
            Interlocked.Increment(ref downloading);
            await Task.WhenAny(goOn.Task, Task.Delay(Timeout.Infinite, context.RequestAborted));
            return true;
        };
        await one.CreateSyncAsync(mode: "merge");
        await Eventually.Async(() => Volatile.Read(ref downloading) == 1, because: "a run");
        var owner = await one.Database.QueryFirstOrDefaultAsync<string>("SELECT lease_owner FROM sync", null, TestContext.Current.CancellationToken);
        var isOne = owner!.StartsWith(one.Owner, StringComparison.Ordinal);
        Volatile.Write(ref hold, false);

        await (isOne ? one : two).DisposeAsync();
        var left = isOne ? two : one;
        if (isOne)
            one = null!;
        else
            two = null!;

        await left.WaitForRunAsync("orders", run => run["state"]!.GetValue<string>() == "succeeded");
        (await DeltaTables.RowsAsync(left.Target("orders"))).Count.ShouldBe(100);
    }
}
