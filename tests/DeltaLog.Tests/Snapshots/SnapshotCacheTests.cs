using Tideway.DeltaLog.Snapshots;
using Tideway.Testing;
using Tideway.Testing.Stores;

namespace Tideway.DeltaLog.Tests.Snapshots;

public sealed class SnapshotCacheTests : IDisposable
{
    private readonly List<TableFolder> folders = [];
    private readonly List<SnapshotCache> caches = [];

    [Fact]
    public async Task However_many_ask_at_a_time_one_reading_runs()
    {
        var folder = NewFolder();
        var store = new CountingStore(folder.Store);
        var table = new DeltaTable(store, TimeProvider.System);
        var (running, most, left) = (0, 0, 200);
        var allHaveAsked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        store.BeforeOpen = async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            // Whoever asked later would find the reading done.
            await allHaveAsked.Task;
            await Task.Yield();
            Interlocked.Decrement(ref running);
        };
        var cache = NewCache();

        var found = await Task.WhenAll(Enumerable.Range(0, left).Select(_ => Task.Run(AskAsync)));

        found.Distinct().ShouldHaveSingleItem().Version.ShouldBe(0);
        store.Opened.Count(key => key == "_delta_log/00000000000000000000.json").ShouldBeLessThan(10);
        most.ShouldBe(1);

        Task<Snapshot> AskAsync()
        {
            var answer = cache.GetLatestAsync(table);
            if (Interlocked.Decrement(ref left) == 0)
                allHaveAsked.SetResult();
            return answer;
        }
    }

    [Fact]
    public async Task Nobody_gets_a_version_older_than_when_they_asked()
    {
        var folder = NewFolder();
        var cache = NewCache();
        using var stop = new CancellationTokenSource();
        var others = Enumerable
            .Range(0, 4)
            .Select(_ =>
                Task.Run(async () =>
                {
                    while (!stop.IsCancellationRequested)
                        await cache.GetLatestAsync(folder.Table);
                })
            )
            .ToList();

        for (var version = 1; version <= 100; version++)
        {
            // At once, as others read the log meanwhile.
            var line = System.Text.Encoding.UTF8.GetBytes(TableFolder.Add($"f{version}"));
            (await folder.Store.PutIfAbsentAsync($"_delta_log/{version:D20}.json", line)).ShouldBeTrue();
            (await cache.GetLatestAsync(folder.Table)).Version.ShouldBe(version);
        }

        await stop.CancelAsync();
        await Task.WhenAll(others);
    }

    [Fact]
    public async Task An_update_reads_only_the_new_commits()
    {
        var folder = NewFolder();
        for (var version = 1; version <= 20; version++)
            folder.Commit(version, TableFolder.Add($"f{version}"));
        var store = new CountingStore(folder.Store);
        var table = new DeltaTable(store, new ManualTime(TimeProvider.System.GetUtcNow().AddDays(1)));
        var reads = new List<SnapshotReadKind>();
        var cache = NewCache(observe: read => reads.Add(read.Kind));
        var first = await cache.GetLatestAsync(table);
        store.Reset();

        (await cache.GetLatestAsync(table)).ShouldBeSameAs(first);
        store.Opened.ShouldBeEmpty();
        store.Listed.ShouldBe(0);
        folder.Commit(21, TableFolder.Add("new"));
        (await cache.GetLatestAsync(table)).FileCount.ShouldBe(21);

        store.Opened.ShouldBe(["_delta_log/00000000000000000021.json"]);
        reads.ShouldBe([SnapshotReadKind.Loaded, SnapshotReadKind.Unchanged, SnapshotReadKind.Updated]);
    }

    [Fact]
    public async Task A_caller_that_goes_away_does_not_end_the_reading_of_others()
    {
        var folder = NewFolder();
        var store = new CountingStore(folder.Store);
        var held = new TaskCompletionSource();
        store.BeforeOpen = _ => held.Task;
        var table = new DeltaTable(store, TimeProvider.System);
        var cache = NewCache();
        using var gone = new CancellationTokenSource();
        var impatient = cache.GetLatestAsync(table, gone.Token);
        var patient = cache.GetLatestAsync(table);

        await gone.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => impatient);
        held.SetResult();
        (await patient).Version.ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_table_made_anew_is_read_anew(bool atTheSameMomentAndLength)
    {
        var folder = NewFolder();
        folder.Commit(1, TableFolder.Add("old"));
        var written = File.GetLastWriteTimeUtc(folder.CommitPath(1));
        var cache = NewCache();
        var before = await cache.GetLatestAsync(folder.Table);

        Directory.Delete(folder.Log, recursive: true);
        folder.Commit(0, TableFolder.Protocol, TableFolder.Metadata.Replace("\"t1\"", "\"t2\"", StringComparison.Ordinal));
        folder.Commit(1, TableFolder.Add(atTheSameMomentAndLength ? "new" : "newer"));
        if (atTheSameMomentAndLength)
            File.SetLastWriteTimeUtc(folder.CommitPath(1), written);

        var after = await cache.GetLatestAsync(folder.Table);
        (before.Metadata.Id, after.Metadata.Id).ShouldBe(("t1", "t2"));
        (await Should.ThrowAsync<DeltaLogException>(() => cache.GetVersionAsync(folder.Table, before, 0))).Message.ShouldContain("made anew");
        (await cache.GetVersionAsync(folder.Table, after, 0)).Metadata.Id.ShouldBe("t2");
        (await cache.GetDescriptionAsync(folder.Table, 1)).Metadata.Id.ShouldBe("t2");
    }

    [Fact]
    public async Task A_commit_is_only_looked_into_while_its_time_leaves_doubt()
    {
        var folder = NewFolder();
        folder.Commit(1, TableFolder.Add("a")).At(1, 1_800_000_000);
        var time = new ManualTime(DateTimeOffset.FromUnixTimeSeconds(1_800_000_001));
        var store = new CountingStore(folder.Store);
        var table = new DeltaTable(store, time);
        var cache = NewCache();
        await cache.GetLatestAsync(table);
        store.Reset();

        await cache.GetLatestAsync(table);
        store.Opened.Count.ShouldBe(1);
        time.Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_100);
        await cache.GetLatestAsync(table);
        store.Opened.Count.ShouldBe(2);
        await cache.GetLatestAsync(table);
        store.Opened.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_description_that_is_kept_counts_only_while_its_commit_is_the_same()
    {
        var folder = NewFolder();
        var store = new CountingStore(folder.Store);
        var table = new DeltaTable(store, new ManualTime(TimeProvider.System.GetUtcNow().AddDays(1)));
        var cache = NewCache();
        (await cache.GetDescriptionAsync(table, 0)).Metadata.Id.ShouldBe("t1");
        store.Reset();

        (await cache.GetDescriptionAsync(table, 0)).Metadata.Id.ShouldBe("t1");
        store.Opened.ShouldBeEmpty();
        folder.Commit(0, TableFolder.Protocol, TableFolder.Metadata.Replace("\"t1\"", "\"another\"", StringComparison.Ordinal));

        (await cache.GetDescriptionAsync(table, 0)).Metadata.Id.ShouldBe("another");
    }

    [Fact]
    public async Task The_versions_used_last_stay_and_no_more_than_may()
    {
        var cache = NewCache(new SnapshotCacheOptions { MaxVersions = 3 });
        var tables = Enumerable.Range(0, 6).Select(_ => NewFolder().Table).ToList();
        var first = new List<Snapshot>();
        foreach (var table in tables)
            first.Add(await cache.GetLatestAsync(table));

        cache.Count.ShouldBe(3);
        (await cache.GetLatestAsync(tables[3])).ShouldBeSameAs(first[3]);
        (await cache.GetLatestAsync(tables[0])).ShouldNotBeSameAs(first[0]);
        (await cache.GetLatestAsync(tables[3])).ShouldBeSameAs(first[3]);
        (await cache.GetLatestAsync(tables[4])).ShouldNotBeSameAs(first[4]);
    }

    [Fact]
    public async Task Bytes_are_bounded_and_what_was_asked_for_last_is_kept_whatever_its_size()
    {
        var (small, large) = (NewFolder(), NewFolder());
        large.Commit(1, [.. Enumerable.Range(0, 2000).Select(i => TableFolder.Add($"a-rather-long-name-of-a-file-{i}"))]);
        var cache = NewCache(new SnapshotCacheOptions { MaxBytes = 50_000 });
        var kept = await cache.GetLatestAsync(small.Table);
        cache.BytesHeld.ShouldBeInRange(100, 50_000);

        var snapshot = await cache.GetLatestAsync(large.Table);

        cache.Count.ShouldBe(1);
        cache.BytesHeld.ShouldBeGreaterThan(snapshot.FileBytesHeld - 1);
        (await cache.GetLatestAsync(large.Table)).ShouldBeSameAs(snapshot);
        (await cache.GetLatestAsync(small.Table)).ShouldNotBeSameAs(kept);
        cache.Count.ShouldBe(1);
        cache.BytesHeld.ShouldBeLessThan(50_000);
    }

    [Fact]
    public async Task What_is_read_for_callers_who_have_all_gone_is_counted_and_a_failure_of_it_is_forgotten()
    {
        var folder = NewFolder();
        folder.Commit(1, TableFolder.Add("a"));
        var store = new CountingStore(folder.Store);
        var table = new DeltaTable(store, TimeProvider.System);
        var cache = NewCache();
        var latest = await cache.GetLatestAsync(table);
        var before = cache.BytesHeld;
        foreach (var fails in new[] { true, false })
        {
            var held = new TaskCompletionSource();
            store.BeforeOpen = _ => held.Task;
            using var gone = new CancellationTokenSource();
            var impatient = cache.GetVersionAsync(table, latest, 0, gone.Token);
            await gone.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => impatient);
            if (fails)
                held.SetException(new IOException("broken"));
            else
                held.SetResult();
            await Eventually.Async(
                () => Task.FromResult(fails ? cache.Count == 1 : cache.BytesHeld > before),
                TimeSpan.FromSeconds(30),
                "what was read is not settled"
            );
        }
    }

    [Fact]
    public async Task An_older_version_is_read_once_however_many_ask()
    {
        var folder = NewFolder();
        folder.Commit(1, TableFolder.Add("a"));
        var cache = NewCache();
        var latest = await cache.GetLatestAsync(folder.Table);

        var found = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => cache.GetVersionAsync(folder.Table, latest, 0)));

        found.Distinct().ShouldHaveSingleItem().FileCount.ShouldBe(0);
        (await cache.GetVersionAsync(folder.Table, latest, 1)).ShouldBeSameAs(latest);
        cache.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_failure_is_told_to_all_who_wait_and_forgotten()
    {
        var folder = NewFolder();
        var cache = NewCache();
        await cache.GetLatestAsync(folder.Table);
        File.WriteAllText(folder.CommitPath(1), "{broken");

        foreach (var waiting in Enumerable.Range(0, 20).Select(_ => cache.GetLatestAsync(folder.Table)).ToList())
            await waiting.ShouldFailAsync(DeltaLogError.CorruptLog);

        folder.Commit(1, TableFolder.Add("whole"));
        (await cache.GetLatestAsync(folder.Table)).FileCount.ShouldBe(1);
    }

    [Fact]
    public async Task Places_without_a_table_do_not_pile_up()
    {
        var cache = NewCache();
        for (var index = 0; index < 5; index++)
        {
            var folder = new TableFolder();
            folders.Add(folder);
            await cache.GetLatestAsync(folder.Table).ShouldFailAsync(DeltaLogError.NotADeltaTable);
            await Should.ThrowAsync<DeltaLogException>(() => cache.GetDescriptionAsync(folder.Table, 3));
        }

        cache.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_version_that_could_not_be_read_is_tried_again()
    {
        var folder = NewFolder();
        folder.Commit(1, TableFolder.Add("a")).Commit(2, TableFolder.Add("b"));
        var cache = NewCache();
        var latest = await cache.GetLatestAsync(folder.Table);
        File.Move(folder.CommitPath(0), folder.CommitPath(0) + ".away");
        await cache.GetVersionAsync(folder.Table, latest, 1).ShouldFailAsync(DeltaLogError.MissingCommits);
        File.Move(folder.CommitPath(0) + ".away", folder.CommitPath(0));

        (await cache.GetVersionAsync(folder.Table, latest, 1)).FileCount.ShouldBe(1);
    }

    [Fact]
    public async Task A_cache_that_is_disposed_keeps_nothing_and_reads_nothing()
    {
        var folder = NewFolder();
        var cache = NewCache();
        await cache.GetLatestAsync(folder.Table);

        cache.Dispose();

        (cache.Count, cache.BytesHeld).ShouldBe((0, 0));
        await Should.ThrowAsync<ObjectDisposedException>(() => cache.GetLatestAsync(folder.Table));
    }

    public void Dispose()
    {
        caches.ForEach(cache => cache.Dispose());
        folders.ForEach(folder => folder.Dispose());
    }

    private TableFolder NewFolder()
    {
        var folder = new TableFolder().Create();
        folders.Add(folder);
        return folder;
    }

    private SnapshotCache NewCache(SnapshotCacheOptions? options = null, Action<SnapshotRead>? observe = null)
    {
        var cache = new SnapshotCache(options ?? new SnapshotCacheOptions(), TimeProvider.System, observe);
        caches.Add(cache);
        return cache;
    }
}
