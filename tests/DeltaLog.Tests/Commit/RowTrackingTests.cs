using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Tests.Commit;

public sealed class RowTrackingTests : IDisposable
{
    private readonly TableFolder folder = new();

    [Fact]
    public async Task New_files_get_ids_above_all_that_were_given_out()
    {
        await CreateAsync();
        await AddAsync(await folder.Table.LoadAsync(), ("a", 3), ("b", 2));
        await AddAsync(await folder.Table.LoadAsync(), ("c", 4));

        var snapshot = await folder.Table.LoadAsync();

        Ids(snapshot.Files).ShouldBe(["a:0@1", "b:3@1", "c:5@2"]);
        snapshot.DomainMetadata["delta.rowTracking"].Configuration.ShouldBe("""{"rowIdHighWaterMark":8}""");
    }

    [Fact]
    public async Task Who_comes_second_gives_out_ids_above_those_of_the_first()
    {
        await CreateAsync();
        var snapshot = await folder.Table.LoadAsync();
        await AddAsync(snapshot, ("a", 3));
        await AddAsync(snapshot, ("b", 2));
        await AddAsync(snapshot, ("c", 1));

        Ids((await folder.Table.LoadAsync()).Files).ShouldBe(["a:0@1", "b:3@2", "c:5@3"]);
    }

    [Fact]
    public async Task Files_that_are_committed_again_keep_their_ids()
    {
        await CreateAsync();
        await AddAsync(await folder.Table.LoadAsync(), ("a", 3));
        var snapshot = await folder.Table.LoadAsync();
        var transaction = folder.Table.BeginTransaction(snapshot);
        transaction.Remove(snapshot.Files.Single());
        transaction.Add(snapshot.Files.Single() with { ModificationTime = 9 });
        await transaction.CommitAsync();

        var after = await folder.Table.LoadAsync();

        Ids(after.Files).ShouldBe(["a:0@1"]);
        after.DomainMetadata["delta.rowTracking"].Configuration.ShouldBe("""{"rowIdHighWaterMark":2}""");
    }

    [Fact]
    public async Task A_file_that_does_not_say_how_many_rows_it_has_is_refused()
    {
        await CreateAsync();
        var transaction = folder.Table.BeginTransaction(await folder.Table.LoadAsync());
        transaction.Add(TableFolder.File("a"));

        (await transaction.CommitAsync().ShouldFailAsync(DeltaLogError.InvalidData)).Message.ShouldContain("numRecords");
    }

    [Fact]
    public async Task A_table_that_suspends_the_feature_gives_out_no_ids()
    {
        await CreateAsync(("delta.rowTrackingSuspended", "true"));
        await AddAsync(await folder.Table.LoadAsync(), ("a", 3));

        (await folder.Table.LoadAsync()).Files.Single().BaseRowId.ShouldBeNull();
    }

    [Fact]
    public async Task A_commit_says_whether_rows_kept_their_ids()
    {
        await CreateAsync(("delta.enableRowTracking", "true"));
        await AddAsync(await folder.Table.LoadAsync(), ("a", 3));
        var snapshot = await folder.Table.LoadAsync();
        var rewrite = folder.Table.BeginTransaction(snapshot);
        rewrite.Remove(snapshot.Files.Single());
        rewrite.Add(File("b", 3));
        await rewrite.CommitAsync();

        var tags = (await folder.Table.HistoryAsync().ToListAsync()).Select(entry => entry.Info!.OtherMembers["tags"]).ToList();

        tags[0].ShouldBe("""{"delta.rowTracking.preserved":"false"}""");
        tags[1].ShouldBe("""{"delta.rowTracking.preserved":"true"}""");
    }

    public void Dispose() => folder.Dispose();

    private static List<string> Ids(IEnumerable<AddFile> files) => [.. files.Select(file => $"{file.Path}:{file.BaseRowId}@{file.DefaultRowCommitVersion}")];

    private static AddFile File(string path, int rows) => TableFolder.File(path) with { Stats = $$"""{"numRecords":{{rows}}}""" };

    private async Task CreateAsync(params (string Key, string Value)[] configuration) =>
        await folder
            .Table.BeginCreation(TableFolder.NewProtocol(1, 7, writerFeatures: ["rowTracking", "domainMetadata"]), TableFolder.NewMetadata(configuration))
            .CommitAsync();

    private async Task AddAsync(Snapshot snapshot, params (string Path, int Rows)[] files)
    {
        var transaction = folder.Table.BeginTransaction(snapshot);
        foreach (var (path, rows) in files)
            transaction.Add(File(path, rows));
        await transaction.CommitAsync();
    }
}
