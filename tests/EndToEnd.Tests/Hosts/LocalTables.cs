using Tideway.DeltaLog;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Writing;
using Tideway.DuckDb;
using Tideway.ObjectStorage.Local;

namespace Tideway.EndToEnd.Tests.Hosts;

/// <summary>Tables on disk as their owners write them and as anyone reads them.</summary>
internal static class LocalTables
{
    private const string Shape = "order_id BIGINT, customer VARCHAR, amount DECIMAL(12,2), placed_at TIMESTAMPTZ, region VARCHAR";

    /// <summary>A table of orders, partitioned by region, with change data feed.</summary>
    public static async Task<DeltaTable> CreateOrdersAsync(string folder, params (string Name, string Value)[] properties)
    {
        var table = Open(folder);
        using var database = DuckDbDatabase.Open(new DuckDbOptions());
        using var connection = Connect(database);
        connection.Execute($"CREATE TABLE shape ({Shape})");
        var schema = DuckDbTypes.SchemaOf(connection, "SELECT * FROM shape");
        await new DeltaTableWriter(table).CreateAsync(
            schema,
            ["region"],
            properties.Append(("delta.enableChangeDataFeed", "true")).ToDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.Ordinal)
        );
        return table;
    }

    /// <summary>Appends orders with ids from <paramref name="first"/> on.</summary>
    public static async Task<long> AppendOrdersAsync(DeltaTable table, long first, long count)
    {
        using var database = DuckDbDatabase.Open(new DuckDbOptions());
        using var connection = Connect(database);
        return (await new DeltaTableWriter(table).AppendAsync(connection, Orders(first, count, 1))).Version;
    }

    /// <summary>Changes some orders, adds some and removes some, in one commit.</summary>
    public static async Task<long> MergeOrdersAsync(DeltaTable table, long first, long count, int factor)
    {
        using var database = DuckDbDatabase.Open(new DuckDbOptions());
        using var connection = Connect(database);
        var request = new MergeRequest
        {
            SourceSql = $"SELECT *, order_id % 7 = 0 AS gone FROM ({Orders(first, count, factor)})",
            Keys = ["order_id"],
            DeleteWhenSql = "gone",
        };
        return (await new DeltaTableWriter(table).MergeAsync(connection, request)).Version;
    }

    /// <summary>Deletes some orders.</summary>
    public static async Task<long> DeleteOrdersAsync(DeltaTable table, string where)
    {
        using var database = DuckDbDatabase.Open(new DuckDbOptions());
        using var connection = Connect(database);
        return (await new DeltaTableWriter(table).DeleteAsync(connection, where)).Version;
    }

    /// <summary>How many rows a Parquet file and a SELECT of a table do not have in common, counting both sides.</summary>
    public static long Differences(string parquetFile, string sql)
    {
        using var database = DuckDbDatabase.Open(new DuckDbOptions());
        using var connection = Connect(database);
        var file = $"SELECT * FROM read_parquet({SqlText.Literal(parquetFile)})";
        // The SELECT may be a union, which must not be taken apart.
        var table = $"SELECT * FROM ({sql})";
        return connection.Scalar<long>($"SELECT (SELECT count(*) FROM ({file} EXCEPT ALL {table})) + (SELECT count(*) FROM ({table} EXCEPT ALL {file}))");
    }

    /// <summary>How many rows two tables do not have in common, counting both sides.</summary>
    public static async Task<long> DifferencesAsync(string folder, string otherFolder)
    {
        using var database = DuckDbDatabase.Open(new DuckDbOptions());
        using var connection = Connect(database);
        var (one, other) = (await SqlAsync(folder), await SqlAsync(otherFolder));
        return connection.Scalar<long>($"SELECT (SELECT count(*) FROM ({one} EXCEPT ALL {other})) + (SELECT count(*) FROM ({other} EXCEPT ALL {one}))");

        static async Task<string> SqlAsync(string folder) =>
            $"SELECT * FROM ({await new TableReader(Open(folder).Store).ScanSqlAsync(await Open(folder).LoadAsync())})";
    }

    /// <summary>Rows and an order-independent hash of the contents.</summary>
    public static async Task<(long Rows, string Hash)> ContentAsync(string folder)
    {
        var table = Open(folder);
        var snapshot = await table.LoadAsync();
        using var database = DuckDbDatabase.Open(new DuckDbOptions());
        using var connection = Connect(database);
        var scan = await new TableReader(table.Store).ScanSqlAsync(
            snapshot,
            new ScanOptions { Columns = ["order_id", "customer", "amount", "placed_at", "region"] }
        );
        var row = connection.Query($"SELECT count(*), count(DISTINCT order_id), COALESCE(sum(hash(t)::HUGEINT), 0)::VARCHAR FROM ({scan}) t").Rows().Single();
        row[1].ShouldBe(row[0], $"{folder} holds a row twice");
        return ((long)row[0]!, (string)row[2]!);
    }

    public static DeltaTable Open(string folder) => new(new LocalObjectStore(folder), TimeProvider.System);

    private static DuckDbConnection Connect(DuckDbDatabase database)
    {
        var connection = database.Connect();
        TableReader.UseUtc(connection);
        return connection;
    }

    private static string Orders(long first, long count, int factor) =>
        $"""
            SELECT i AS order_id, 'customer ' || (i % 97) AS customer, ((i % 1000) * {factor} + 0.25)::DECIMAL(12,2) AS amount,
                TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_seconds(i) AS placed_at, ['north', 'south', 'o''ddly named=region'][1 + i % 3] AS region
            FROM range({first}, {first + count}) AS r(i)
            """;
}
