using Microsoft.Extensions.Options;
using Tideway.DeltaLog;
using Tideway.ObjectStorage;
using Tideway.ShareRegistry.Tables;
using Tideway.ShareRegistry.Tests.Hosts;

namespace Tideway.ShareRegistry.Tests.Tables;

public sealed class SnapshotCacheTests : IDisposable
{
    private readonly string lake = Directory.CreateTempSubdirectory("tideway-cache-").FullName;

    public void Dispose() => Directory.Delete(lake, recursive: true);

    [Fact]
    public async Task Many_who_ask_at_a_time_share_one_reading_or_two()
    {
        var table = NewTable("t");
        var cache = NewCache();

        var found = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => cache.GetAsync(table.Folder, CancellationToken.None)));

        found.Select(served => served.Latest).Distinct().Count().ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task Nobody_gets_a_version_older_than_when_they_asked()
    {
        var table = NewTable("t");
        var cache = NewCache();
        using var stop = new CancellationTokenSource();
        var noise = Enumerable
            .Range(0, 4)
            .Select(_ =>
                Task.Run(async () =>
                {
                    while (!stop.IsCancellationRequested)
                        await cache.GetAsync(table.Folder, CancellationToken.None);
                })
            )
            .ToList();

        for (var version = 1; version <= 100; version++)
        {
            table.Commit(LakeTable.AddLine($"part-{version}.parquet", 10, 1));
            (await cache.GetAsync(table.Folder, CancellationToken.None)).Latest.Version.ShouldBe(version);
        }

        await stop.CancelAsync();
        await Task.WhenAll(noise);
    }

    [Fact]
    public async Task An_unchanged_table_is_the_same_object_again()
    {
        var table = NewTable("t");
        var cache = NewCache();

        var first = await cache.GetAsync(table.Folder, CancellationToken.None);

        (await cache.GetAsync(table.Folder, CancellationToken.None)).ShouldBeSameAs(first);
    }

    [Fact]
    public async Task A_table_made_anew_with_as_many_versions_is_read_anew()
    {
        var table = NewTable("t");
        var cache = NewCache();
        await cache.GetAsync(table.Folder, CancellationToken.None);
        Directory.Delete(table.Folder, recursive: true);
        new LakeTable(table.Folder)
            .Commit(LakeTable.ProtocolLine(), LakeTable.MetadataLine(), LakeTable.AddLine("other.parquet", 1, 1))
            .At(0, DateTimeOffset.UnixEpoch);

        (await cache.GetAsync(table.Folder, CancellationToken.None)).Latest.Files.ShouldHaveSingleItem().Path.ShouldBe("other.parquet");
    }

    [Fact]
    public async Task The_cache_keeps_the_tables_used_last_and_no_more_files_than_it_may()
    {
        var cache = NewCache(new SnapshotCacheOptions { MaxVersions = 3, MaxFiles = 4 });
        var tables = Enumerable.Range(0, 6).Select(i => NewTable($"t{i}")).ToList();
        foreach (var table in tables)
            await cache.GetAsync(table.Folder, CancellationToken.None);
        cache.Size.ShouldBe((3, 3));

        tables[5].Commit([.. Enumerable.Range(0, 9).Select(i => LakeTable.AddLine($"many-{i}", 1, 1))]);
        await cache.GetAsync(tables[5].Folder, CancellationToken.None);

        cache.Size.ShouldBe((1, 10));
    }

    [Fact]
    public async Task An_older_version_is_read_once_however_many_ask()
    {
        var table = NewTable("t").Commit(LakeTable.AddLine("second.parquet", 1, 1));
        var cache = NewCache();
        var served = await cache.GetAsync(table.Folder, CancellationToken.None);

        var found = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => cache.GetVersionAsync(served, 0, CancellationToken.None)));

        found.Distinct().ShouldHaveSingleItem().FileCount.ShouldBe(1);
        (await cache.GetVersionAsync(served, 1, CancellationToken.None)).ShouldBeSameAs(served.Latest);
        cache.Size.ShouldBe((2, 3));
    }

    [Fact]
    public async Task A_version_that_could_not_be_read_is_tried_again()
    {
        var table = NewTable("t").Commit(LakeTable.AddLine("second.parquet", 1, 1)).Commit(LakeTable.AddLine("third.parquet", 1, 1));
        var cache = NewCache();
        var served = await cache.GetAsync(table.Folder, CancellationToken.None);
        File.Move(table.CommitFile(0), table.CommitFile(0) + ".away");
        await Should.ThrowAsync<DeltaLogException>(() => cache.GetVersionAsync(served, 1, CancellationToken.None));
        File.Move(table.CommitFile(0) + ".away", table.CommitFile(0));

        (await cache.GetVersionAsync(served, 1, CancellationToken.None)).FileCount.ShouldBe(2);
    }

    [Fact]
    public async Task A_failure_is_told_to_all_who_wait_and_forgotten()
    {
        var table = NewTable("t");
        var cache = NewCache();
        await cache.GetAsync(table.Folder, CancellationToken.None);
        File.WriteAllText(table.CommitFile(1), "{broken");

        var waiting = Enumerable.Range(0, 20).Select(_ => cache.GetAsync(table.Folder, CancellationToken.None)).ToList();
        foreach (var one in waiting)
            (await Should.ThrowAsync<DeltaLogException>(() => one)).Error.ShouldBe(DeltaLogError.CorruptLog);

        File.WriteAllText(table.CommitFile(1), LakeTable.AddLine("whole.parquet", 1, 1) + "\n");
        (await cache.GetAsync(table.Folder, CancellationToken.None)).Latest.FileCount.ShouldBe(2);
    }

    [Fact]
    public async Task A_caller_that_goes_away_does_not_end_the_reading_of_others()
    {
        var table = NewTable("t");
        var cache = NewCache();
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();

        var impatient = cache.GetAsync(table.Folder, gone.Token);
        var patient = cache.GetAsync(table.Folder, CancellationToken.None);

        await Should.ThrowAsync<OperationCanceledException>(() => impatient);
        (await patient).Latest.Version.ShouldBe(0);
    }

    [Fact]
    public async Task A_place_outside_the_roots_is_refused() =>
        (await Should.ThrowAsync<ObjectStorageException>(() => NewCache().GetAsync("/etc", CancellationToken.None))).Error.ShouldBe(
            ObjectStorageError.OutsideRoots
        );

    private LakeTable NewTable(string name) => LakeTable.Create(Path.Combine(lake, name));

    private SnapshotCache NewCache(SnapshotCacheOptions? options = null) =>
        new(
            new StorageRoots(new StorageRootOptions { Roots = { ["lake"] = lake } }),
            Options.Create(options ?? new SnapshotCacheOptions()),
            TimeProvider.System
        );
}
