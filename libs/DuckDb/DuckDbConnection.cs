using Tideway.DuckDb.Native;

namespace Tideway.DuckDb;

/// <summary>
/// A session. One thread uses it at a time, except that <see cref="Interrupt"/> and <see cref="Progress"/> may be called from any.
/// Starting a query ends a <see cref="DuckDbResult"/> of the same connection that is not read to its end.
/// A parameter is written <c>?</c>, <c>$1</c> or <c>$name</c>; with several statements in one text they belong to the last.
/// A value may be null, a bool, any integer up to 128 bits, float, double, decimal, string, byte[], DateOnly, TimeOnly, DateTime (not
/// local), DateTimeOffset, TimeSpan, <see cref="DuckDbInterval"/>, Guid, or a list of one of the common ones.
/// Every failure of DuckDB is a <see cref="DuckDbException"/>; a cancelled token interrupts the query.
/// </summary>
public sealed class DuckDbConnection : IDisposable
{
    private readonly ConnectionHandle handle;
    private readonly bool locked;
    private readonly ConsumeFunction consume;

    internal DuckDbConnection(ConnectionHandle handle, bool locked, ConsumeFunction consume)
    {
        this.handle = handle;
        this.locked = locked;
        this.consume = consume;
    }

    /// <summary>
    /// How far the running query is, or null when none is or DuckDB has not measured it yet, which needs <see cref="TrackProgress"/> and
    /// happens whenever the thread that runs the query finishes a piece of it.
    /// </summary>
    public DuckDbProgress? Progress
    {
        get
        {
            ThrowIfDisposed();
            var progress = NativeMethods.duckdb_query_progress(handle);
            return progress.Percentage < 0 ? null : new DuckDbProgress(progress.Percentage, progress.RowsProcessed, progress.TotalRows);
        }
    }

    /// <summary>Runs every statement of the text and drops what they return.</summary>
    /// <exception cref="DuckDbException">A statement fails; those before it are done.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Execute(string sql, CancellationToken cancellationToken = default) => Run(sql, [], streaming: false, cancellationToken).Dispose();

    /// <summary>Runs the statements and counts the rows that the last one inserted, updated, deleted or copied; 0 for any other.</summary>
    /// <exception cref="DuckDbException">A statement fails.</exception>
    public long ExecuteCount(string sql, params ReadOnlySpan<object?> parameters) => ExecuteCount(sql, parameters, CancellationToken.None);

    /// <inheritdoc cref="ExecuteCount(string, ReadOnlySpan{object?})"/>
    public long ExecuteCount(string sql, CancellationToken cancellationToken) => ExecuteCount(sql, [], cancellationToken);

    /// <inheritdoc cref="ExecuteCount(string, ReadOnlySpan{object?})"/>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public long ExecuteCount(string sql, ReadOnlySpan<object?> parameters, CancellationToken cancellationToken)
    {
        using var result = new DuckDbResult(Run(sql, parameters, streaming: false, cancellationToken), handle);
        return result.CountChanges(cancellationToken);
    }

    /// <summary>Runs the statements and streams the rows of the last one, computed while they are read.</summary>
    /// <exception cref="DuckDbException">A statement fails; a failure in later rows comes up while reading.</exception>
    public DuckDbResult Query(string sql, params ReadOnlySpan<object?> parameters) => Query(sql, parameters, CancellationToken.None);

    /// <inheritdoc cref="Query(string, ReadOnlySpan{object?})"/>
    public DuckDbResult Query(string sql, CancellationToken cancellationToken) => Query(sql, [], cancellationToken);

    /// <inheritdoc cref="Query(string, ReadOnlySpan{object?})"/>
    /// <exception cref="OperationCanceledException">The token was cancelled before the first rows were there.</exception>
    public DuckDbResult Query(string sql, ReadOnlySpan<object?> parameters, CancellationToken cancellationToken) =>
        new(Run(sql, parameters, streaming: true, cancellationToken), handle);

    /// <summary>
    /// Runs one SELECT and hands its rows to <paramref name="take"/>, chunk by chunk and in no order, on all of DuckDB's threads: it is called by several at
    /// a time. A chunk is DuckDB's own memory, valid only during the call; nothing is copied for it, which makes this the fastest way to read many rows.
    /// </summary>
    /// <param name="selectSql">The SELECT, whose author is trusted.</param>
    /// <param name="take">Takes a chunk; throws nothing but to end the query.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <returns>How many rows there were.</returns>
    /// <exception cref="DuckDbException">The query fails; some of its rows may have been taken.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="Exception">The first one that <paramref name="take"/> threw.</exception>
    public long Consume(string selectSql, Action<DuckDbChunk> take, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(selectSql);
        ArgumentNullException.ThrowIfNull(take);
        ThrowIfDisposed();
        consume.Register();
        using var consumer = new RowConsumer(take);
        try
        {
            return Scalar<long>(ConsumeFunction.Sql(consumer.Id, selectSql), cancellationToken);
        }
        catch (DuckDbException) when (consumer.Failure is not null)
        {
            consumer.Failure.Throw();
            throw;
        }
    }

    /// <summary>
    /// The first column of the first row. Default when there is no row or it holds NULL. Integers widen or narrow to
    /// <typeparamref name="T"/>, other types must be the one that <see cref="DuckDbVector.Value"/> gives.
    /// </summary>
    /// <exception cref="DuckDbException">A statement fails.</exception>
    /// <exception cref="InvalidCastException">The value is no <typeparamref name="T"/>.</exception>
    /// <exception cref="OverflowException">The integer does not fit.</exception>
    public T? Scalar<T>(string sql, params ReadOnlySpan<object?> parameters) => Scalar<T>(sql, parameters, CancellationToken.None);

    /// <inheritdoc cref="Scalar{T}(string, ReadOnlySpan{object?})"/>
    public T? Scalar<T>(string sql, CancellationToken cancellationToken) => Scalar<T>(sql, [], cancellationToken);

    /// <inheritdoc cref="Scalar{T}(string, ReadOnlySpan{object?})"/>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public T? Scalar<T>(string sql, ReadOnlySpan<object?> parameters, CancellationToken cancellationToken)
    {
        using var result = Query(sql, parameters, cancellationToken);
        return result.Scalar<T>(cancellationToken);
    }

    /// <summary>Prepares exactly one statement, to be run any number of times.</summary>
    /// <exception cref="DuckDbException">The text does not parse, does not fit the tables, or holds several statements.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public DuckDbStatement Prepare(string sql, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sql);
        ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        return new DuckDbStatement(QueryExecution.Prepare(handle, sql, cancellationToken), handle);
    }

    /// <summary>
    /// Prepares a query whose author is not trusted, in a database that is <see cref="DuckDbOptions.Locked"/>: exactly one SELECT, that
    /// calls no table functions but those that make rows or read files. Untrusted text must not reach any other method.
    /// </summary>
    /// <exception cref="DuckDbException">The text does not parse, does not fit the tables, or is not allowed.</exception>
    /// <exception cref="InvalidOperationException">The database is not locked.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public DuckDbStatement PrepareUntrusted(string sql, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sql);
        ThrowIfDisposed();
        if (!locked)
            throw new InvalidOperationException("SQL that is not trusted needs a database that is locked.");
        UntrustedSql.Check(this, sql, cancellationToken);
        return Prepare(sql, cancellationToken);
    }

    /// <summary>
    /// Passes a condition whose author is not trusted: one expression on the columns at hand, without queries in it. Nothing of it can reach beyond the
    /// brackets that it is put in, when a line end stands before the closing one.
    /// </summary>
    /// <exception cref="DuckDbException">The text does not parse, or is more than a condition.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void CheckCondition(string sql, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sql);
        ThrowIfDisposed();
        ConditionSql.Check(this, sql, cancellationToken);
    }

    /// <summary>Opens an appender: the fastest way to fill a table.</summary>
    /// <param name="table">The table, as it is named, unquoted.</param>
    /// <param name="schema">Its schema; null for the current one.</param>
    /// <param name="catalog">Its database; null for the current one.</param>
    /// <exception cref="DuckDbException">There is no such table.</exception>
    public DuckDbAppender CreateAppender(string table, string? schema = null, string? catalog = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        ThrowIfDisposed();
        return DuckDbAppender.Open(handle, catalog, schema, table);
    }

    /// <summary>Has DuckDB measure the <see cref="Progress"/> of later queries of this connection.</summary>
    public void TrackProgress() => Execute("PRAGMA enable_progress_bar; PRAGMA disable_print_progress_bar");

    /// <summary>Stops the query that runs now, from any thread: it fails with <see cref="DuckDbError.Interrupt"/>.</summary>
    public void Interrupt()
    {
        ThrowIfDisposed();
        var held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            handle.InterruptHeld();
        }
        finally
        {
            if (held)
                handle.DangerousRelease();
        }
    }

    /// <summary>Ends the session. Results, statements and appenders that are still open keep it until they are disposed.</summary>
    public void Dispose() => handle.Dispose();

    private ResultHandle Run(string sql, ReadOnlySpan<object?> parameters, bool streaming, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sql);
        ThrowIfDisposed();
        return QueryExecution.Run(handle, sql, parameters, streaming, cancellationToken);
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(handle.IsDisposed, this);
}
