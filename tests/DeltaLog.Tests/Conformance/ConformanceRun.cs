using System.Collections.Concurrent;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Snapshots;
using Tideway.DuckDb;
using Tideway.ObjectStorage.Local;

namespace Tideway.DeltaLog.Tests.Conformance;

/// <summary>What came of reading a table of another engine.</summary>
internal enum Outcome
{
    /// <summary>The rows are those that its source says.</summary>
    SameRows,

    /// <summary>There are as many rows as another engine reads.</summary>
    SameCount,

    /// <summary>It is read, and no other engine says what should be there.</summary>
    Read,

    /// <summary>It is refused.</summary>
    Refused,

    /// <summary>The rows, or their number, are others.</summary>
    Different,
}

/// <summary>A table and what came of reading it.</summary>
/// <param name="Table">The table.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Rows">Number of rows that were read.</param>
/// <param name="Error">Why it was refused.</param>
/// <param name="Message">The message of the refusal, or what is different.</param>
internal sealed record ConformanceResult(TestTable Table, Outcome Outcome, long? Rows, DeltaLogError? Error, string? Message);

/// <summary>Reads tables of other engines and compares their rows.</summary>
internal static class ConformanceRun
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<ConformanceResult>>> Results = new(StringComparer.Ordinal);

    /// <summary>Reads the table, once however often it is asked for.</summary>
    public static Task<ConformanceResult> ReadAsync(TestTable table) =>
        Results.GetOrAdd(table.Source, _ => new Lazy<Task<ConformanceResult>>(() => ReadOnceAsync(table))).Value;

    private static async Task<ConformanceResult> ReadOnceAsync(TestTable table)
    {
        try
        {
            var (snapshot, sql, reader) = await ScanAsync(table.Folder);
            using var database = DuckDbDatabase.Open();
            using var connection = database.Connect();
            TableReader.UseUtc(connection);
            Read(connection, sql, reader, snapshot);
            return Compare(connection, table, snapshot);
        }
        catch (DeltaLogException exception)
        {
            var message = exception.Message.Replace(new Uri(TestTables.Folder(table.Folder)).AbsoluteUri, "table", StringComparison.Ordinal);
            return new ConformanceResult(table, Outcome.Refused, null, exception.Error, message);
        }
    }

    private static async Task<(Snapshot Snapshot, string Sql, TableReader Reader)> ScanAsync(string folder)
    {
        var store = new LocalObjectStore(TestTables.Folder(folder));
        var snapshot = await new DeltaTable(store, TimeProvider.System).LoadAsync();
        var reader = new TableReader(store);
        return (snapshot, await reader.ScanSqlAsync(snapshot, new ScanOptions { PartitionTimeZone = TestTables.TimeZone(folder) }), reader);
    }

    private static void Read(DuckDbConnection connection, string sql, TableReader reader, Snapshot snapshot)
    {
        try
        {
            connection.Execute($"CREATE TABLE actual AS {sql}");
        }
        catch (DuckDbException)
        {
            reader.RequireFiles(snapshot);
            throw;
        }
    }

    private static ConformanceResult Compare(DuckDbConnection connection, TestTable table, Snapshot snapshot)
    {
        var rows = connection.Scalar<long>("SELECT count(*) FROM actual");
        if (Difference(connection, table, snapshot) is { } difference)
            return new ConformanceResult(table, Outcome.Different, rows, null, difference);
        if ((table.Rows ?? table.Kernel) is { } expected && expected != rows)
            return new ConformanceResult(table, Outcome.Different, rows, null, $"expected {expected} rows");
        var outcome =
            TestTables.Expected(table.Folder) is not null ? Outcome.SameRows
            : (table.Rows ?? table.Kernel) is not null ? Outcome.SameCount
            : Outcome.Read;
        return new ConformanceResult(table, outcome, rows, null, null);
    }

    private static string? Difference(DuckDbConnection connection, TestTable table, Snapshot snapshot)
    {
        if (TestTables.Expected(table.Folder) is not { } expected)
            return null;
        var names = string.Join(", ", snapshot.Schema.Fields.Select(field => SqlText.Identifier(field.Name)));
        connection.Execute($"CREATE TABLE expected AS SELECT {names} FROM read_parquet({SqlText.Literal(expected + "/*.parquet")}, hive_partitioning = false)");
        return Missing(connection, "actual", "expected") is { } more ? $"has the row {more}"
            : Missing(connection, "expected", "actual") is { } fewer ? $"lacks the row {fewer}"
            : null;
    }

    private static string? Missing(DuckDbConnection connection, string left, string right)
    {
        using var result = connection.Query($"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (SELECT * FROM {left} EXCEPT ALL SELECT * FROM {right}) LIMIT 1");
        return result.Rows().Select(row => string.Join(" | ", row)).FirstOrDefault();
    }
}
