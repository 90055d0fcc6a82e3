using Tideway.ObjectStorage.Local;

namespace Tideway.DeltaLog.Tests.Conformance;

public class SnapshotConformanceTests
{
    public static TheoryData<string> Broken => [.. RefusedTables.Broken.Keys];

    public static TheoryData<string> Readable => [.. TestTables.All.Where(table => !RefusedTables.Broken.ContainsKey(table))];

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_broken_log_is_refused_for_its_reason(string table) => await Open(table).LoadAsync().ShouldFailAsync(RefusedTables.Broken[table]);

    [Theory]
    [MemberData(nameof(Readable))]
    public async Task A_log_of_another_engine_is_read(string table)
    {
        var snapshot = await Open(table).LoadAsync();

        snapshot.Schema.Fields.ShouldNotBeEmpty();
        snapshot.Files.Count().ShouldBe(snapshot.FileCount);
        snapshot.PartitionColumns.ShouldAllBe(column => snapshot.Schema.Find(column) != null);
    }

    [Theory]
    [MemberData(nameof(Readable))]
    public async Task Reading_on_from_an_older_version_equals_loading_the_latest(string table)
    {
        var opened = Open(table);
        var latest = await opened.LoadAsync();
        if (latest.Version == 0)
            return;
        var older = await TryLoadAsync(opened, latest.Version - 1);
        if (older is null)
            return;

        var updated = await opened.UpdateAsync(older);

        updated.Version.ShouldBe(latest.Version);
        updated
            .Files.Select(file => (file.Path, file.DeletionVector?.UniqueId))
            .ShouldBe(latest.Files.Select(file => (file.Path, file.DeletionVector?.UniqueId)));
    }

    private static DeltaTable Open(string table) => new(new LocalObjectStore(TestTables.Folder(table)), TimeProvider.System);

    // Some of these logs are cleaned up, so that only their latest version is left.
    private static async Task<Tideway.DeltaLog.Snapshots.Snapshot?> TryLoadAsync(DeltaTable table, long version)
    {
        try
        {
            return await table.LoadAsync(version);
        }
        catch (DeltaLogException exception) when (exception.Error is DeltaLogError.MissingCommits or DeltaLogError.VersionNotFound or DeltaLogError.CorruptLog)
        {
            return null;
        }
    }
}
