using Tideway.DuckDb;

namespace Tideway.DeltaLog.Checkpoints;

/// <summary>Lends connections to the caller's database, or to one of its own that closes with it.</summary>
internal sealed class CheckpointDatabase : IDisposable
{
    private readonly DuckDbDatabase? owned;
    private readonly DuckDbDatabase database;

    public CheckpointDatabase(DeltaTableOptions options)
    {
        owned = options.Database is null ? DuckDbDatabase.Open(new DuckDbOptions { PreserveInsertionOrder = false }) : null;
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
