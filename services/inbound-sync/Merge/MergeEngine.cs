using Microsoft.Extensions.Options;
using Tideway.DeltaLog.Reading;
using Tideway.DuckDb;
using Tideway.InboundSync.Runs;

namespace Tideway.InboundSync.Merge;

/// <summary>The database that merges run in, one for the process, so that its memory limit holds for all of them together.</summary>
public sealed class MergeEngine : IDisposable
{
    private readonly Lazy<DuckDbDatabase> database;

    /// <summary>Opens the database at the first merge.</summary>
    public MergeEngine(IOptions<SyncOptions> options) =>
        database = new Lazy<DuckDbDatabase>(() =>
        {
            var spill = Path.Combine(Path.GetFullPath(options.Value.StagingFolder), "spill");
            Directory.CreateDirectory(spill);
            return DuckDbDatabase.Open(new DuckDbOptions { MemoryLimitBytes = options.Value.MemoryLimitBytes, TempDirectory = spill });
        });

    /// <summary>A connection whose times are UTC.</summary>
    public DuckDbConnection Connect()
    {
        var connection = database.Value.Connect();
        TableReader.UseUtc(connection);
        return connection;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (database.IsValueCreated)
            database.Value.Dispose();
    }
}
