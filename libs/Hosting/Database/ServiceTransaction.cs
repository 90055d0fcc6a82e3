using System.Data.Common;
using Dapper;
using Tideway.Hosting.Messaging;

namespace Tideway.Hosting.Database;

/// <summary>A state change and the events that tell of it, committed together or not at all. Not thread-safe.</summary>
public sealed class ServiceTransaction : IAsyncDisposable
{
    private readonly ServiceDatabase database;
    private readonly IDisposable? turn;
    private readonly List<OutboxMessage> published = [];
    private readonly List<string> lastStatements = [];
    private readonly List<Action> afterCommit = [];

    internal ServiceTransaction(ServiceDatabase database, DbConnection connection, DbTransaction transaction, IDisposable? turn)
    {
        this.database = database;
        this.turn = turn;
        Connection = connection;
        Transaction = transaction;
    }

    /// <summary>The connection of the transaction.</summary>
    public DbConnection Connection { get; }

    /// <summary>The transaction itself.</summary>
    public DbTransaction Transaction { get; }

    /// <summary>Puts an event into the outbox: it reaches its consumers at least once, after and only if this transaction commits.</summary>
    public void Publish<T>(T message)
        where T : class => published.Add(OutboxMessage.Of(message, database.Time));

    /// <summary>A statement to run last of all and once, when the transaction commits: one that takes a lock which others soon wait for.</summary>
    public void OnCommitting(string sql)
    {
        if (!lastStatements.Contains(sql))
            lastStatements.Add(sql);
    }

    /// <summary>Something to do once the change is durable: wake a worker, forget a cached value. Must not throw.</summary>
    public void OnCommitted(Action action) => afterCommit.Add(action);

    /// <summary>Runs a statement and says how many rows it changed.</summary>
    public Task<int> ExecuteAsync(string sql, object? parameters, CancellationToken cancellationToken) =>
        Connection.ExecuteAsync(new CommandDefinition(sql, parameters, Transaction, cancellationToken: cancellationToken));

    /// <summary>Rows of a statement.</summary>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellationToken) =>
        (await Connection.QueryAsync<T>(new CommandDefinition(sql, parameters, Transaction, cancellationToken: cancellationToken))).AsList();

    /// <summary>First row of a statement, or the default.</summary>
    public Task<T?> QueryFirstOrDefaultAsync<T>(string sql, object? parameters, CancellationToken cancellationToken) =>
        Connection.QueryFirstOrDefaultAsync<T>(new CommandDefinition(sql, parameters, Transaction, cancellationToken: cancellationToken));

    /// <summary>Makes the change and its events durable.</summary>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        foreach (var sql in lastStatements)
            await ExecuteAsync(sql, null, cancellationToken);
        await OutboxSql.InsertAndCommitAsync(this, database.Engine, published, cancellationToken);
        if (published.Count > 0)
            database.SignalOutbox();
        foreach (var action in afterCommit)
            action();
    }

    /// <summary>
    /// PostgreSQL: runs a statement with numbered parameters and commits, in one round trip. Where the statement fails the server leaves out what
    /// follows it, so nothing is committed.
    /// </summary>
    internal async Task ExecuteAndCommitAsync(string sql, object[] parameters, CancellationToken cancellationToken)
    {
        var batch = Connection.CreateBatch();
        await using (batch)
        {
            batch.Transaction = Transaction;
            var command = batch.CreateBatchCommand();
            command.CommandText = sql;
            foreach (var value in parameters)
            {
                var parameter = command.CreateParameter();
                parameter.Value = value;
                command.Parameters.Add(parameter);
            }

            batch.BatchCommands.Add(command);
            var commit = batch.CreateBatchCommand();
            commit.CommandText = "COMMIT";
            batch.BatchCommands.Add(commit);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // The next writer has its turn whatever goes wrong here.
        using (turn)
        await using (Connection)
            await Transaction.DisposeAsync();
    }
}
