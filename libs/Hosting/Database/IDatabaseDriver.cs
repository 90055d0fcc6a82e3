using System.Data.Common;

namespace Tideway.Hosting.Database;

/// <summary>What differs between the database engines.</summary>
internal interface IDatabaseDriver : IAsyncDisposable
{
    /// <summary>Opens a connection that finds the service's tables without a prefix.</summary>
    ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Begins a transaction that may write; waits for other writers where the engine has only one.</summary>
    ValueTask<WriteTransaction> BeginWriteAsync(CancellationToken cancellationToken);

    /// <summary>Makes the place of the tables and runs <paramref name="migrate"/> while no other process does.</summary>
    Task MigrateAsync(Func<DbConnection, DbTransaction, Task> migrate, CancellationToken cancellationToken);

    /// <summary>Replaces the engine-neutral type words of a migration (<c>{bytes}</c>, <c>{identity}</c>, <c>{boolean}</c>).</summary>
    string Translate(string sql);
}

/// <summary>An open connection with a transaction on it, and what to do when both are done with.</summary>
internal sealed record WriteTransaction(DbConnection Connection, DbTransaction Transaction, IDisposable? Turn);
