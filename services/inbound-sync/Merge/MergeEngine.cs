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
    public MergeEngine(StagingArea staging, IOptions<SyncOptions> options) =>
        database = new Lazy<DuckDbDatabase>(() =>
            DuckDbDatabase.Open(
                new DuckDbOptions
                {
                    MemoryLimitBytes = options.Value.MemoryLimitBytes,
                    TempDirectory = staging.SpillFolder,
                    PreserveInsertionOrder = false,
                }
            )
        );

    /// <summary>The database itself.</summary>
    public DuckDbDatabase Database => database.Value;

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
