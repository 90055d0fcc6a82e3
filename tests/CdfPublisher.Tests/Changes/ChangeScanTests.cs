using Tideway.CdfPublisher.Changes;
using Tideway.CdfPublisher.Tests.Support;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol;
using Tideway.ObjectStorage.Local;
using Tideway.Testing.Stores;

namespace Tideway.CdfPublisher.Tests.Changes;

/// <summary>How much of the log is read for a page.</summary>
public sealed class ChangeScanTests : IDisposable
{
    private const int Versions = 60;

    private readonly TempFolder storage = new();
    private readonly SnapshotCache cache = new(new SnapshotCacheOptions(), TimeProvider.System);

    public void Dispose()
    {
        cache.Dispose();
        storage.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_page_after_the_first_reads_about_what_it_answers(bool plain)
    {
        var store = await LongTableAsync();
        var table = new DeltaTable(store, TimeProvider.System);
        var page = new ChangesCursor(1, Versions, Versions, 20, 0, ResponseFormats.Parquet) { Plain = plain };
        await TableHeader.ReadAsync(cache, table, page.Version, CancellationToken.None);
        store.Reset();

        var scan = await ChangeScan.ReadAsync(table, cache, page, new ChangePages(3, "token"), CancellationToken.None);
        var (read, files) = (0, 0);
        await foreach (var changes in scan.Value.ChangesAsync(CancellationToken.None))
        {
            read++;
            files += ChangeScan.FilesOf(changes).Count();
            if (files > 3)
                break;
        }

        read.ShouldBe(4);
        // The files of a page, as many again for copies without rows, and one by which it shows that there is more.
        store.OpenedCommits.Count.ShouldBeLessThanOrEqualTo(plain ? 7 : 4);
        store.OpenedCommits.ShouldBeUnique();
    }

    [Fact]
    public async Task The_first_page_reads_the_range_once_and_what_it_answers_no_second_time()
    {
        var store = await LongTableAsync(filesPerVersion: 400);
        var table = new DeltaTable(store, TimeProvider.System);
        var page = new ChangesCursor(1, Versions, Versions, 1, 0);
        await TableHeader.ReadAsync(cache, table, page.Version, CancellationToken.None);
        store.Reset();

        var scan = await ChangeScan.ReadAsync(table, cache, page, new ChangePages(1_000, null), CancellationToken.None);
        var files = 0;
        await foreach (var changes in scan.Value.ChangesAsync(CancellationToken.None))
        {
            files += ChangeScan.FilesOf(changes).Count();
            if (files > 1_000)
                break;
        }

        store.OpenedCommits.Count.ShouldBe(Versions);
    }

    [Theory]
    [InlineData(100, Versions)]
    [InlineData(400, 2 * Versions - 24)]
    public async Task Versions_that_only_rearrange_files_stay_in_memory_as_far_as_what_they_hold_is_not_too_much(int filesPerVersion, int opened)
    {
        var store = await LongTableAsync(filesPerVersion, dataChange: false);
        var table = new DeltaTable(store, TimeProvider.System);
        var page = new ChangesCursor(1, Versions, Versions, 1, 0);
        await TableHeader.ReadAsync(cache, table, page.Version, CancellationToken.None);
        store.Reset();

        var scan = await ChangeScan.ReadAsync(table, cache, page, new ChangePages(null, null), CancellationToken.None);
        var read = new List<long>();
        await foreach (var changes in scan.Value.ChangesAsync(CancellationToken.None))
            read.Add(changes.Version);

        read.ShouldBe(Enumerable.Range(1, Versions).Select(version => (long)version));
        store.OpenedCommits.Count.ShouldBe(opened);
    }

    private async Task<CountingStore> LongTableAsync(int filesPerVersion = 1, bool dataChange = true)
    {
        var folder = new DeltaFolder(storage.Path, "long", withFiles: false).Create();
        for (var version = 1; version <= Versions; version++)
            folder.Commit(
                version,
                [.. Enumerable.Range(0, filesPerVersion).Select(i => DeltaFolder.Add($"part-{version}-{i}.parquet", dataChange: dataChange))]
            );
        // Commits that were just written are looked at once more.
        for (var version = 0; version <= Versions; version++)
            folder.At(version, TimeProvider.System.GetUtcNow().AddHours(-1).AddSeconds(version));
        var store = new CountingStore(new LocalObjectStore(folder.Path));
        await new DeltaTable(store, TimeProvider.System).WriteCheckpointAsync(20);
        return store;
    }
}
