using Tideway.DeltaLog.Snapshots;
using Tideway.ObjectStorage;
using Tideway.ShareRegistry.Tables;
using Tideway.ShareRegistry.Tests.Hosts;

namespace Tideway.ShareRegistry.Tests.Tables;

public sealed class ServedTablesTests : IDisposable
{
    private readonly string lake = Directory.CreateTempSubdirectory("tideway-served-").FullName;
    private readonly SnapshotCache cache = new(new SnapshotCacheOptions(), TimeProvider.System);

    public void Dispose()
    {
        cache.Dispose();
        Directory.Delete(lake, recursive: true);
    }

    [Fact]
    public async Task A_table_is_opened_at_its_latest_version_and_kept()
    {
        var table = LakeTable.Create(Path.Combine(lake, "t"));
        var tables = NewTables();
        var first = await tables.OpenAsync(table.Folder, CancellationToken.None);

        (await tables.OpenAsync(table.Folder, CancellationToken.None)).Latest.ShouldBeSameAs(first.Latest);
        table.Commit(LakeTable.AddLine("second.parquet", 1, 1));
        var second = await tables.OpenAsync(table.Folder, CancellationToken.None);

        (first.Latest.Version, second.Latest.Version).ShouldBe((0, 1));
        (await tables.LoadAsync(second, 0, CancellationToken.None)).FileCount.ShouldBe(1);
        (await tables.LoadAsync(second, 1, CancellationToken.None)).ShouldBeSameAs(second.Latest);
    }

    [Fact]
    public async Task A_place_outside_the_roots_is_refused() =>
        (await Should.ThrowAsync<ObjectStorageException>(() => NewTables().OpenAsync("/etc", CancellationToken.None))).Error.ShouldBe(
            ObjectStorageError.OutsideRoots
        );

    private ServedTables NewTables() => new(new StorageRoots(new StorageRootOptions { Roots = { ["lake"] = lake } }), cache, TimeProvider.System);
}
