using Tideway.DuckDb.Native;

namespace Tideway.DuckDb;

/// <summary>
/// A prepared statement. Values stay bound from one run to the next. Positions count from 1. Used by one thread at a time, and not
/// while another query of its connection runs.
/// </summary>
public sealed class DuckDbStatement : IDisposable
{
    private readonly StatementHandle handle;
    private readonly ConnectionHandle connection;

    internal DuckDbStatement(StatementHandle handle, ConnectionHandle connection)
    {
        this.handle = handle;
        this.connection = connection;
    }

    /// <summary>What the statement does.</summary>
    public DuckDbStatementKind Kind => NativeMethods.duckdb_prepared_statement_type(handle);

    /// <summary>How many values must be bound.</summary>
    public int ParameterCount => (int)NativeMethods.duckdb_nparams(handle);

    /// <summary>The position of a parameter written <c>$name</c>.</summary>
    /// <exception cref="ArgumentException">There is no such parameter.</exception>
    public int Position(string name) =>
        NativeMethods.duckdb_bind_parameter_index(handle, out var index, name) == NativeState.Success
            ? (int)index
            : throw new ArgumentException($"The statement has no parameter '{name}'.", nameof(name));

    /// <summary>Binds a value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such position.</exception>
    public void Bind(int position, bool value) => Check(position, NativeMethods.duckdb_bind_boolean(handle, (ulong)position, value));

    /// <inheritdoc cref="Bind(int, bool)"/>
    public void Bind(int position, int value) => Check(position, NativeMethods.duckdb_bind_int32(handle, (ulong)position, value));

    /// <inheritdoc cref="Bind(int, bool)"/>
    public void Bind(int position, long value) => Check(position, NativeMethods.duckdb_bind_int64(handle, (ulong)position, value));

    /// <inheritdoc cref="Bind(int, bool)"/>
    public void Bind(int position, double value) => Check(position, NativeMethods.duckdb_bind_double(handle, (ulong)position, value));

    /// <inheritdoc cref="Bind(int, bool)"/>
    public void Bind(int position, string? value) =>
        Check(position, value is null ? NativeMethods.duckdb_bind_null(handle, (ulong)position) : NativeText.Bind(handle, (ulong)position, value));

    /// <summary>Binds bytes to a BLOB.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such position.</exception>
    public void Bind(int position, ReadOnlySpan<byte> value) => Check(position, NativeText.Bind(handle, (ulong)position, value));

    /// <summary>Binds a value of any type that <see cref="DuckDbConnection"/> lists, decimal, dates, Guid and null among them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such position.</exception>
    /// <exception cref="ArgumentException">No DuckDB type corresponds.</exception>
    public void Bind(int position, object? value) => Parameters.Bind(handle, position, value);

    /// <summary>Binds NULL.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such position.</exception>
    public void BindNull(int position) => Check(position, NativeMethods.duckdb_bind_null(handle, (ulong)position));

    /// <summary>Forgets all values.</summary>
    public void ClearBindings() => _ = NativeMethods.duckdb_clear_bindings(handle);

    /// <summary>Runs the statement and drops what it returns.</summary>
    /// <exception cref="DuckDbException">It fails, or a value is not bound.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Execute(CancellationToken cancellationToken = default) => Run(streaming: false, cancellationToken).Dispose();

    /// <summary>Runs the statement and counts the rows that it inserted, updated, deleted or copied; 0 for any other.</summary>
    /// <exception cref="DuckDbException">It fails, or a value is not bound.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public long ExecuteCount(CancellationToken cancellationToken = default)
    {
        using var result = new DuckDbResult(Run(streaming: false, cancellationToken), connection);
        return result.CountChanges(cancellationToken);
    }

    /// <summary>Runs the statement and streams its rows.</summary>
    /// <exception cref="DuckDbException">It fails, or a value is not bound; a failure in later rows comes up while reading.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the first rows were there.</exception>
    public DuckDbResult Query(CancellationToken cancellationToken = default) => new(Run(streaming: true, cancellationToken), connection);

    /// <summary>Frees the statement; results that it gave stay readable.</summary>
    public void Dispose() => handle.Dispose();

    private ResultHandle Run(bool streaming, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(handle.IsDisposed, this);
        ObjectDisposedException.ThrowIf(connection.IsDisposed, connection);
        return QueryExecution.Run(connection, handle, streaming, cancellationToken);
    }

    private void Check(int position, NativeState state) => Parameters.Check(handle, position, state);
}
