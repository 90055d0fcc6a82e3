using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.Reading;
using Tideway.DuckDb;
using Tideway.ObjectStorage.Local;

namespace Tideway.DeltaLog.Tests.Conformance;

public class ChangeFeedConformanceTests
{
    public static TheoryData<string> WithFeed =>
        ["dat/cdf", "delta-rs/cdf-table", "delta-rs/cdf-table-non-partitioned", "delta-rs/cdf-table-with-cdc-and-dvs", "delta-rs/cdc_ict_table"];

    public static TheoryData<string> WithoutFeed =>
        [
            "dat/basic_append",
            "dat/check_constraints",
            "dat/deletion_vectors",
            "dat/multi_partitioned",
            "dat/partitioned_with_null",
            "dat/timestamp_ntz",
            "delta-rs/table-with-dv-small",
            "delta-rs/table_with_deletion_logs",
            "golden/basic-with-inserts-merge",
            "golden/basic-with-inserts-updates",
            "golden/basic-with-inserts-deletes-checkpoint",
            "golden/basic-with-inserts-overwrite-restore",
            "golden/dv-partitioned-with-checkpoint",
            "golden/dv-with-columnmapping",
            "golden/log-replay-dv-key-cases",
            "golden/snapshot-data2-deleted",
            "golden/time-travel-schema-changes-b",
            "golden/type-widening",
            "golden/type-widening-nested",
        ];

    [Theory]
    [MemberData(nameof(WithFeed))]
    public async Task The_changes_of_each_version_lead_from_the_rows_before_to_the_rows_after(string name)
    {
        var table = Open(name);

        (await ReplayAsync(table, table.ReadChangeDataFeedAsync(await FirstAsync(table) + 1))).ShouldBeGreaterThan(0);
    }

    [Theory]
    [MemberData(nameof(WithoutFeed))]
    public async Task Changes_derived_from_files_lead_from_the_rows_before_to_the_rows_after(string name)
    {
        var table = Open(name);

        (await ReplayAsync(table, table.ReadChangesAsync(await table.EarliestChangesVersionAsync() + 1))).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task All_changes_can_be_read_at_once()
    {
        var store = new LocalObjectStore(TestTables.Folder("delta-rs/cdf-table-with-cdc-and-dvs"));
        var table = new DeltaTable(store, TimeProvider.System);
        var snapshot = await table.LoadAsync();
        List<VersionChanges> versions = await table.ReadChangeDataFeedAsync(0).ToListAsync();
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        TableReader.UseUtc(connection);

        connection.Execute($"CREATE TABLE changes AS {await new TableReader(store).ChangesSqlAsync(snapshot, versions)}");

        var balance = connection.Scalar<long>(
            "SELECT count(*) FILTER (_change_type IN ('insert', 'update_postimage')) - count(*) FILTER (_change_type IN ('delete', 'update_preimage')) FROM changes"
        );
        balance.ShouldBe(snapshot.NumRecords!.Value);
        connection.Scalar<long>("SELECT count(DISTINCT _commit_version) FROM changes").ShouldBe(versions.Count(version => version.ChangesRows));
    }

    private static DeltaTable Open(string name) => new(new LocalObjectStore(TestTables.Folder(name)), TimeProvider.System);

    // Applies the changes of each version to the rows before it, and says how many versions there were.
    private static async Task<int> ReplayAsync(DeltaTable table, IAsyncEnumerable<VersionChanges> versions)
    {
        var reader = new TableReader(table.Store);
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        TableReader.UseUtc(connection);
        var replayed = 0;
        await foreach (var version in versions)
        {
            var before = await table.LoadAsync(version.Version - 1);
            var after = await table.LoadAsync(version.Version);
            var names = string.Join(", ", after.Schema.Fields.Select(field => SqlText.Identifier(field.Name)));
            connection.Execute($"CREATE OR REPLACE TABLE new AS {await reader.ScanSqlAsync(after)}");
            // Columns that came with this version are null in the rows before it.
            connection.Execute($"CREATE OR REPLACE TABLE old AS FROM new WHERE false");
            connection.Execute($"INSERT INTO old BY NAME {await reader.ScanSqlAsync(before)}");
            var sql = await reader.ChangesSqlAsync(after, [version], new ScanOptions { DeriveChanges = true });
            connection.Execute($"CREATE OR REPLACE TABLE changes AS {sql}");

            connection.Execute(
                $"""
                CREATE OR REPLACE TABLE replayed AS
                (SELECT {names} FROM old EXCEPT ALL SELECT {names} FROM changes WHERE _change_type IN ('delete', 'update_preimage'))
                UNION ALL SELECT {names} FROM changes WHERE _change_type IN ('insert', 'update_postimage')
                """
            );
            connection.Scalar<long>("SELECT count(*) FROM (FROM replayed EXCEPT ALL FROM new)").ShouldBe(0, $"version {version.Version}");
            connection.Scalar<long>("SELECT count(*) FROM (FROM new EXCEPT ALL FROM replayed)").ShouldBe(0, $"version {version.Version}");
            connection
                .Scalar<long>($"SELECT count(*) FROM changes WHERE _commit_version <> {version.Version} OR _commit_timestamp IS NULL OR _change_type IS NULL")
                .ShouldBe(0);
            replayed++;
        }

        return replayed;
    }

    // The first version from which on the feed was on.
    private static async Task<long> FirstAsync(DeltaTable table)
    {
        for (var version = 0L; ; version++)
        {
            if ((await table.LoadAsync(version)).HasChangeDataFeed)
                return version;
        }
    }
}
