using Tideway.DuckDb;

namespace Tideway.DeltaLog.Checkpoints;

/// <summary>Lends connections to the caller's database, or to one of its own that closes with it.</summary>
internal sealed class CheckpointDatabase : IDisposable
{
    // The order of a checkpoint's rows means nothing, and keeping it would cost a third.
    private static readonly DuckDbOptions Unordered = new() { PreserveInsertionOrder = false };

    private readonly DuckDbDatabase? owned;
    private readonly DuckDbDatabase database;

    public CheckpointDatabase(DeltaTableOptions options)
    {
        owned = options.Database is null ? DuckDbDatabase.Open(Unordered) : null;
        database = options.Database ?? owned!;
        Connection = database.Connect();
    }

    public DuckDbConnection Connection { get; }

    /// <summary>A connection of its own for another thread, which disposes it.</summary>
    public DuckDbConnection Connect() => database.Connect();

    public void Dispose()
    {
        Connection.Dispose();
        owned?.Dispose();
    }
}
