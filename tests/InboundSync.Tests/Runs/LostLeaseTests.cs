using Microsoft.Extensions.DependencyInjection;
using Tideway.Contracts.InboundSync;
using Tideway.InboundSync.Runs;
using Tideway.InboundSync.Tests.Support;

namespace Tideway.InboundSync.Tests.Runs;

/// <summary>A process that has lost a sync without knowing it.</summary>
public sealed class LostLeaseTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private FakeProvider provider = null!;
    private InboundHost host = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        provider = await FakeProvider.StartAsync();
        host = await InboundHost.StartIdleAsync(folder);
        await host.AddProviderAsync(provider);
        var orders = provider.Tables["sales/public/orders"] = await SharedTable.CreateAsync(folder.Sub("remote"));
        await orders.AppendOrdersAsync(1, 10);
        await host.CreateSyncAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await provider.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_leaves_the_run_of_who_has_it_as_it_is_whether_the_provider_answers_or_not(bool answers)
    {
        var other = Guid.CreateVersion7();
        var sync = (await host.Services.GetRequiredService<SyncQueue>().ClaimAsync(1, Stop)).ShouldHaveSingleItem();
        var asked = 0;
        provider.Fault = async context =>
        {
            if (Interlocked.Increment(ref asked) == 1)
                await TakeOverAsync(other);
            if (!answers)
                await FakeProvider.RefuseAsync(context, 500, "INTERNAL_ERROR", "The disk of the provider fails.");
            return !answers;
        };

        await using (var scope = host.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<SyncRunner>().RunAsync(sync, Stop);

        asked.ShouldBeGreaterThan(0);
        (await host.CountAsync("sync_run")).ShouldBe(1);
        (await host.CountAsync($"sync_run WHERE run_id = '{other}' AND state = 'running' AND reason IS NULL")).ShouldBe(1);
        (await host.CountAsync($"sync WHERE lease_owner = 'other' AND last_run_id = '{other}'")).ShouldBe(1);
        host.Logs.Lines.ShouldContain(line => line.Contains("was lost to another process", StringComparison.Ordinal));
        host.Events.Of<SyncStarted>().ShouldBeEmpty();
    }

    /// <summary>Another process takes the sync and begins a run.</summary>
    private async Task TakeOverAsync(Guid runId)
    {
        await host.ChangeAsync(
            "UPDATE sync SET lease_owner = 'other', last_run_id = @runId, lease_until = @until",
            new { runId, until = TimeProvider.System.GetUtcNow().AddHours(1) }
        );
        await host.ChangeAsync(
            """
            INSERT INTO sync_run (run_id, sync_id, trigger_name, state, started_at, files_total, files_done, bytes_total, bytes_done, whole_table, request_ids)
            SELECT @runId, sync_id, 'timer', 'running', 1, 0, 0, 0, 0, FALSE, '[]' FROM sync
            """,
            new { runId }
        );
    }
}
