using System.Data.Common;
using System.Reflection;
using Dapper;

namespace Tideway.Hosting.Database;

/// <summary>
/// The state of one service. Each service derives a class of its own from it, so that the five can live in one process and nobody can ask for
/// another's by mistake. Migrations are the embedded <c>*.sql</c> files of the derived class's assembly in its <c>Migrations</c> folder.
/// </summary>
public abstract class ServiceDatabase : IAsyncDisposable
{
    private readonly IDatabaseDriver driver;

    static ServiceDatabase() => TypeMapping.Register();

    /// <summary>Opens the state of <paramref name="service"/>; nothing is read until the first use.</summary>
    protected ServiceDatabase(string service, DatabaseOptions options, TimeProvider time)
    {
        Service = service;
        Engine = options.Engine;
        Time = time;
        driver = options.Engine == DatabaseEngine.PostgreSql ? new PostgreSqlDriver(service, options) : new SqliteDriver(service, options);
    }

    /// <summary>Name of the service, for example <c>share-registry</c>.</summary>
    public string Service { get; }

    /// <summary>The engine in use, for the few statements that differ.</summary>
    public DatabaseEngine Engine { get; }

    /// <summary>Raised after a transaction that left messages in the outbox.</summary>
    internal Action? OutboxFilled { get; set; }

    internal TimeProvider Time { get; }

    internal Assembly MigrationsAssembly => GetType().Assembly;

    /// <summary>Opens a connection for reading.</summary>
    public ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken) => driver.OpenAsync(cancellationToken);

    /// <summary>Rows of a statement that changes nothing.</summary>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await driver.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>First row of a statement that changes nothing, or the default.</summary>
    public async Task<T?> QueryFirstOrDefaultAsync<T>(string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await driver.OpenAsync(cancellationToken);
        return await connection.QueryFirstOrDefaultAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }

    /// <summary>Begins a transaction for a state change and its events. Dispose without commit rolls back.</summary>
    public async Task<ServiceTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        var (connection, transaction, turn) = await driver.BeginWriteAsync(cancellationToken);
        return new ServiceTransaction(this, connection, transaction, turn);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await driver.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal IDatabaseDriver Driver => driver;

    internal void SignalOutbox() => OutboxFilled?.Invoke();
}
