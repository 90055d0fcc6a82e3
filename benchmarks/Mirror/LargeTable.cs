using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;
using Tideway.ObjectStorage.Local;

namespace Tideway.Benchmarks.Mirror;

/// <summary>A Delta table of more than a gigabyte in files of about 64 MB that do not compress.</summary>
internal static class LargeTable
{
    public const int Files = 17;

    private const int RowsPerFile = 4_000_000;

    private const string Rows = "SELECT (random() * 9e18)::BIGINT AS a, (random() * 9e18)::BIGINT AS b";

    /// <summary>Writes the table; gives the size of its files together.</summary>
    public static async Task<long> CreateAsync(string folder, CancellationToken cancellationToken, int files = Files)
    {
        Directory.CreateDirectory(folder);
        var first = Path.Combine(folder, "part-00.parquet");
        using var database = DuckDbDatabase.Open(new DuckDbOptions());
        using var connection = database.Connect();
        connection.Execute(
            $"COPY ({Rows} FROM range({RowsPerFile})) TO {SqlText.Literal(first)} (FORMAT parquet, COMPRESSION uncompressed)",
            cancellationToken
        );
        var schema = DuckDbTypes.SchemaOf(connection, Rows);

        var table = new DeltaTable(new LocalObjectStore(folder), TimeProvider.System);
        var configuration = new Dictionary<string, string>(StringComparer.Ordinal);
        var metadata = new Metadata
        {
            Id = Guid.CreateVersion7().ToString(),
            SchemaString = SchemaJson.Write(schema),
            Configuration = configuration,
        };
        var commit = table.BeginCreation(NewTableProtocol.For(schema, configuration), metadata);
        var size = new FileInfo(first).Length;
        for (var file = 0; file < files; file++)
        {
            var name = $"part-{file:00}.parquet";
            if (file > 0)
                File.Copy(first, Path.Combine(folder, name));
            commit.Add(
                new AddFile
                {
                    Path = name,
                    Size = size,
                    ModificationTime = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
                    DataChange = true,
                    Stats = $$"""{"numRecords":{{RowsPerFile}}}""",
                }
            );
        }

        await commit.CommitAsync(cancellationToken);
        return size * files;
    }
}
