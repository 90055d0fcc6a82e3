using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;

namespace Tideway.Hosting.Database;

/// <summary>SQLite in write-ahead-log mode: readers never wait, writers take turns.</summary>
internal sealed class SqliteDriver : IDatabaseDriver
{
    private readonly string connectionString;
    private readonly string pragmas;

    // The pool hands out the same handles again, and a handle keeps what it was told once.
    private readonly ConditionalWeakTable<object, object> told = [];

    // SQLite has one writer at a time. Waiting here is fair and cheap; waiting in SQLite is a poll with a back-off.
    private readonly SemaphoreSlim writers = new(1, 1);

    public SqliteDriver(string service, DatabaseOptions options)
    {
        var file = Path.Combine(options.Folder, service + ".db");
        PrivateFolder.Make(options.Folder);
        PrivateFolder.MakeFile(file);
        connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = file,
            DefaultTimeout = (int)options.Timeout.TotalSeconds,
            Pooling = true,
        }.ConnectionString;
        pragmas =
            $"PRAGMA journal_mode=WAL; PRAGMA synchronous={options.SqliteSynchronous}; PRAGMA foreign_keys=ON; PRAGMA busy_timeout={(int)options.Timeout.TotalMilliseconds};";
    }

    public async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            if (connection.Handle is { } handle && told.TryGetValue(handle, out _))
                return connection;
            await using var command = connection.CreateCommand();
            command.CommandText = pragmas;
            await command.ExecuteNonQueryAsync(cancellationToken);
            told.AddOrUpdate(connection.Handle!, pragmas);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async ValueTask<WriteTransaction> BeginWriteAsync(CancellationToken cancellationToken)
    {
        await writers.WaitAsync(cancellationToken);
        var turn = new Turn(writers);
        try
        {
            var connection = (SqliteConnection)await OpenAsync(cancellationToken);
            try
            {
                return new WriteTransaction(connection, connection.BeginTransaction(IsolationLevel.Serializable, deferred: false), turn);
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    public async Task MigrateAsync(Func<DbConnection, DbTransaction, Task> migrate, CancellationToken cancellationToken)
    {
        var (connection, transaction, turn) = await BeginWriteAsync(cancellationToken);
        using (turn)
        await using (connection)
        await using (transaction)
        {
            await migrate(connection, transaction);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    public string Translate(string sql) =>
        sql.Replace("{bytes}", "BLOB", StringComparison.Ordinal)
            .Replace("{identity}", "INTEGER PRIMARY KEY AUTOINCREMENT", StringComparison.Ordinal)
            .Replace("{boolean}", "INTEGER", StringComparison.Ordinal);

    public ValueTask DisposeAsync()
    {
        using (var connection = new SqliteConnection(connectionString))
        {
            SqliteConnection.ClearPool(connection);
        }

        writers.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class Turn(SemaphoreSlim writers) : IDisposable
    {
        private SemaphoreSlim? held = writers;

        public void Dispose() => Interlocked.Exchange(ref held, null)?.Release();
    }
}
