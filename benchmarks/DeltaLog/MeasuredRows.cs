using System.Globalization;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Reading;
using Tideway.DuckDb;
using Tideway.ObjectStorage.Local;

namespace Tideway.Benchmarks.DeltaLog;

/// <summary>Ten million orders in a Parquet file, a temporary folder for tables, and a database whose memory is bounded.</summary>
internal sealed class MeasuredRows : IDisposable
{
    public const long Count = 10_000_000;
    public const string Codec = "zstd";
    private const long MemoryBytes = 2L << 30;

    private readonly DuckDbDatabase database;

    public MeasuredRows()
    {
        Folder = Directory.CreateTempSubdirectory("tideway-bench-").FullName;
        var spill = Path.Combine(Folder, "spill");
        Directory.CreateDirectory(spill);
        database = DuckDbDatabase.Open(new DuckDbOptions { MemoryLimitBytes = MemoryBytes, TempDirectory = spill });
        Connection = database.Connect();
        TableReader.UseUtc(Connection);
        Source = Path.Combine(Folder, "orders.parquet");
        Connection.Execute(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                COPY (
                    SELECT i AS id, TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_seconds(i // 3) AS ordered_at, 'C' || (hash(i) % 200000) AS customer,
                        ['DE', 'FR', 'IT', 'NL', 'PL'][1 + (hash(i * 7) % 5)::INTEGER] AS country, ((hash(i * 3) % 1000000) / 100)::DECIMAL(18, 2) AS amount,
                        (hash(i * 5) % 20)::INTEGER AS quantity, md5((i % 50000)::VARCHAR) AS reference
                    FROM range({Count}) t(i)
                ) TO {SqlText.Literal(Source)} (FORMAT parquet, COMPRESSION snappy)
                """
            )
        );
    }

    public string Folder { get; }

    public DuckDbConnection Connection { get; }

    /// <summary>The file with the rows.</summary>
    public string Source { get; }

    public string SelectRows => $"SELECT * FROM read_parquet({SqlText.Literal(Source)})";

    public DeltaTable Table(string name) => new(new LocalObjectStore(Path.Combine(Folder, name)), TimeProvider.System);

    public void Dispose()
    {
        Connection.Dispose();
        database.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
