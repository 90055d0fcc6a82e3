using System.Net;
using System.Runtime.CompilerServices;
using Tideway.DeltaLog.Snapshots;
using Tideway.ShareRegistry.TableQuery;
using Tideway.ShareRegistry.Tables;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.TableQuery;

/// <summary>What is kept of answers keeps no more in memory than it counts.</summary>
public sealed class KeptMemoryTests : IAsyncLifetime
{
    private RegistryProcess process = null!;
    private RecipientClient acme = null!;

    public async ValueTask InitializeAsync()
    {
        process = await RegistryProcess.StartAsync("--ShareRegistry:SnapshotCache:MaxVersions=1", "--ShareRegistry:SignedLines:MaxBytes=100000");
        acme = await process.AddRecipientAsync("acme");
        await process.CreateShareAsync("sales");
        await process.GrantAsync("sales", acme);
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    public async Task A_version_that_left_the_cache_of_versions_leaves_memory_though_its_lines_are_kept()
    {
        var orders = await ShareAsync("orders", 1);
        await ShareAsync("others", 1);
        await QueryAsync("orders");
        await QueryAsync("orders");
        var version = await WatchAsync(orders);
        var kept = process.Get<SignedLines>().Bytes;

        await QueryAsync("others");

        await Eventually.Async(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return !version.IsAlive;
        });
        process.Get<SignedLines>().Bytes.ShouldBeGreaterThan(kept);
        process.Get<SnapshotCache>().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Lines_and_what_they_became_encoded_take_no_more_than_they_may_together()
    {
        var names = Enumerable.Range(0, 8).Select(i => $"table_{i}").ToList();
        foreach (var name in names)
            await ShareAsync(name, 40);

        var most = 0L;
        foreach (var coding in new[] { "gzip", "zstd", "gzip" })
        {
            foreach (var name in names)
            {
                await QueryAsync(name, coding);
                var bytes = process.Get<SignedLines>().Bytes;
                bytes.ShouldBeLessThanOrEqualTo(100_000);
                most = Math.Max(most, bytes);
            }
        }

        most.ShouldBeGreaterThan(50_000);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<WeakReference> WatchAsync(LakeTable table) =>
        new((await process.Get<ServedTables>().OpenAsync(table.Folder, TestContext.Current.CancellationToken)).Latest);

    private async Task<LakeTable> ShareAsync(string name, int files)
    {
        var table = LakeTable.Create(Path.Combine(process.Lake, name));
        table.Commit([.. Enumerable.Range(0, files).Select(i => LakeTable.AddLine($"more-{i}.parquet", 1, 1))]);
        await process.ShareTableAsync("sales", "shop." + name, table.Folder);
        return table;
    }

    private async Task QueryAsync(string name, string? coding = null)
    {
        var path = $"/delta-sharing/shares/sales/schemas/shop/tables/{name}/query";
        (await acme.Http.PostAnswerAsync(path, "{}", coding is null ? [] : [("Accept-Encoding", coding)])).Status.ShouldBe(HttpStatusCode.OK);
    }
}
