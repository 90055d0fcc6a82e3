using Microsoft.Extensions.Options;
using Tideway.DeltaLog.Reading;
using Tideway.DuckDb;
using Tideway.InboundSync.Runs;
using Tideway.InboundSync.Syncs;

namespace Tideway.InboundSync.Merge;

/// <summary>The database that merges run in, one for the process, so that its memory limit holds for all of them together.</summary>
public sealed class MergeEngine : IDisposable
{
    private readonly Lazy<DuckDbDatabase> database;
    private readonly long memory;

    /// <summary>Opens the database at the first merge.</summary>
    public MergeEngine(StagingArea staging, IOptions<SyncOptions> options)
    {
        memory = options.Value.MemoryLimitBytes;
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
    }

    /// <summary>The database itself.</summary>
    public DuckDbDatabase Database => database.Value;

    /// <summary>A connection whose times are UTC.</summary>
    public DuckDbConnection Connect()
    {
        var connection = database.Value.Connect();
        TableReader.UseUtc(connection);
        return connection;
    }

    /// <summary>
    /// Throws <see cref="SyncRefusedException"/> where the deleted rows of files, which are held while the other rows are read, can take more memory than a merge may: a
    /// provider chooses how many there are.
    /// </summary>
    internal void RequireRoomFor(FileList files)
    {
        if (files.VectorBytes > memory)
            throw new SyncRefusedException(
                $"The deletion vectors of {files.Count} files can take {files.VectorBytes} bytes of memory, more than the {memory} that {SyncOptions.Section}:{nameof(SyncOptions.MemoryLimitBytes)} gives to merges. A sync of mode {SyncMode.Mirror} does not read them."
            );
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (database.IsValueCreated)
            database.Value.Dispose();
    }
}
