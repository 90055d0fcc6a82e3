using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Snapshots;
using Tideway.DuckDb;
using Tideway.ObjectStorage.Local;

namespace Tideway.DeltaLog.Tests.Conformance;

public class ReadingConformanceTests
{
    public static TheoryData<string> WithRows =>
        [
            .. TestTables.All.Where(table =>
                TestTables.Expected(table) is not null && !RefusedTables.Broken.ContainsKey(table) && !RefusedTables.RowsNotSupported.ContainsKey(table)
            ),
        ];

    public static TheoryData<string> Counted => [.. TestTables.Counts.Keys];

    public static TheoryData<string> Refused => [.. RefusedTables.RowsNotSupported.Keys];

    [Theory]
    [MemberData(nameof(WithRows))]
    public async Task The_rows_are_those_that_the_source_says(string table)
    {
        var (snapshot, sql) = await ScanAsync(table);
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        TableReader.UseUtc(connection);
        connection.Execute($"CREATE TABLE actual AS {sql}");
        var names = string.Join(", ", snapshot.Schema.Fields.Select(field => SqlText.Identifier(field.Name)));
        connection.Execute(
            $"CREATE TABLE expected AS SELECT {names} FROM read_parquet({SqlText.Literal(TestTables.Expected(table) + "/*.parquet")}, hive_partitioning = false)"
        );

        Difference(connection, "actual", "expected").ShouldBe([]);
        Difference(connection, "expected", "actual").ShouldBe([]);
        connection.Scalar<long>("SELECT count(*) FROM actual").ShouldBe(connection.Scalar<long>("SELECT count(*) FROM expected"));
        if (snapshot.NumRecords is { } records)
            connection.Scalar<long>("SELECT count(*) FROM actual").ShouldBe(records);
    }

    [Theory]
    [MemberData(nameof(Counted))]
    public async Task There_are_as_many_rows_as_another_engine_reads(string table)
    {
        var (_, sql) = await ScanAsync(table);
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        TableReader.UseUtc(connection);
        connection.Execute($"CREATE TABLE actual AS {sql}");

        connection.Scalar<long>("SELECT count(*) FROM actual").ShouldBe(TestTables.Counts[table]);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_is_not_supported_is_refused(string table) => await ScanAsync(table).ShouldFailAsync(RefusedTables.RowsNotSupported[table]);

    private static async Task<(Snapshot Snapshot, string Sql)> ScanAsync(string table)
    {
        var store = new LocalObjectStore(TestTables.Folder(table));
        var snapshot = await new DeltaTable(store, TimeProvider.System).LoadAsync();
        return (snapshot, await new TableReader(store).ScanSqlAsync(snapshot, new ScanOptions { PartitionTimeZone = TestTables.TimeZone(table) }));
    }

    private static List<string> Difference(DuckDbConnection connection, string left, string right)
    {
        using var result = connection.Query($"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (SELECT * FROM {left} EXCEPT ALL SELECT * FROM {right}) LIMIT 5");
        return [.. result.Rows().Select(row => string.Join(" | ", row))];
    }
}
