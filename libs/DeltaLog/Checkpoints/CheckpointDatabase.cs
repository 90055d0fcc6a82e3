using Tideway.DuckDb;

namespace Tideway.DeltaLog.Checkpoints;

/// <summary>Lends a connection to the caller's database, or to one of its own that closes with it.</summary>
internal sealed class CheckpointDatabase : IDisposable
{
    private readonly DuckDbDatabase? owned;

    public CheckpointDatabase(DeltaTableOptions options)
    {
        owned = options.Database is null ? DuckDbDatabase.Open() : null;
        Connection = (options.Database ?? owned!).Connect();
    }

    public DuckDbConnection Connection { get; }

    public void Dispose()
    {
        Connection.Dispose();
        owned?.Dispose();
    }
}
