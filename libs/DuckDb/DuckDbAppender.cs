using System.Collections.Immutable;
using Tideway.DuckDb.Native;

namespace Tideway.DuckDb;

/// <summary>
/// Fills a table, row by row or chunk by chunk. Call <see cref="Close"/> at the end: rows that are not flushed by then are dropped by
/// <see cref="Dispose"/>. DuckDB flushes by itself every 200,000 rows or so; open a transaction to keep all rows or none. After a failure
/// the appender is only good for disposing. Used by one thread at a time.
/// </summary>
public sealed class DuckDbAppender : IDisposable
{
    private readonly AppenderHandle handle;
    private readonly ConnectionHandle connection;

    private DuckDbAppender(AppenderHandle handle, ConnectionHandle connection)
    {
        this.handle = handle;
        this.connection = connection;
        var count = (int)NativeMethods.duckdb_appender_column_count(handle);
        Types = [.. Enumerable.Range(0, count).Select(column => DuckDbType.ReadOwned(NativeMethods.duckdb_appender_column_type(handle, (ulong)column)))];
    }

    /// <summary>The types of the table's columns, in the order in which values are appended.</summary>
    public ImmutableArray<DuckDbType> Types { get; }

    /// <summary>Appends a value to the row; DuckDB casts it to the type of the column.</summary>
    /// <exception cref="DuckDbException">The value cannot be cast, or the row is complete.</exception>
    public DuckDbAppender Append(bool value) => Check(NativeMethods.duckdb_append_bool(handle, value));

    /// <inheritdoc cref="Append(bool)"/>
    public DuckDbAppender Append(int value) => Check(NativeMethods.duckdb_append_int32(handle, value));

    /// <inheritdoc cref="Append(bool)"/>
    public DuckDbAppender Append(long value) => Check(NativeMethods.duckdb_append_int64(handle, value));

    /// <inheritdoc cref="Append(bool)"/>
    public DuckDbAppender Append(double value) => Check(NativeMethods.duckdb_append_double(handle, value));

    /// <inheritdoc cref="Append(bool)"/>
    public DuckDbAppender Append(string? value) => Check(value is null ? NativeMethods.duckdb_append_null(handle) : NativeText.Append(handle, value));

    /// <summary>Appends bytes to a BLOB column.</summary>
    /// <exception cref="DuckDbException">The value cannot be cast, or the row is complete.</exception>
    public DuckDbAppender Append(ReadOnlySpan<byte> value) => Check(NativeText.Append(handle, value));

    /// <summary>Appends a value of any type that <see cref="DuckDbConnection"/> lists for parameters.</summary>
    /// <exception cref="DuckDbException">The value cannot be cast, or the row is complete.</exception>
    /// <exception cref="ArgumentException">No DuckDB type corresponds.</exception>
    public DuckDbAppender Append(object? value)
    {
        using var native = NativeValues.Create(value);
        return Check(NativeMethods.duckdb_append_value(handle, native));
    }

    /// <summary>Appends NULL.</summary>
    /// <exception cref="DuckDbException">The row is complete.</exception>
    public DuckDbAppender AppendNull() => Check(NativeMethods.duckdb_append_null(handle));

    /// <summary>Appends the default of the column.</summary>
    /// <exception cref="DuckDbException">The row is complete, or the default is not a constant.</exception>
    public DuckDbAppender AppendDefault() => Check(NativeMethods.duckdb_append_default(handle));

    /// <summary>Ends the row.</summary>
    /// <exception cref="DuckDbException">Values are missing.</exception>
    public DuckDbAppender EndRow() => Check(NativeMethods.duckdb_appender_end_row(handle));

    /// <summary>Makes a chunk to write whole columns into, of this table's types. It can be appended many times.</summary>
    public DuckDbChunkWriter CreateChunk()
    {
        ObjectDisposedException.ThrowIf(handle.IsDisposed, this);
        return new DuckDbChunkWriter(AppenderChunks.Create(handle, Types.Length), Types);
    }

    /// <summary>Appends the rows of a chunk and empties it.</summary>
    /// <exception cref="DuckDbException">DuckDB refuses the rows.</exception>
    public DuckDbAppender Append(DuckDbChunkWriter chunk)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        Check(NativeMethods.duckdb_append_data_chunk(handle, chunk.Complete()));
        chunk.Clear();
        return this;
    }

    /// <summary>Writes the rows so far into the table.</summary>
    /// <exception cref="DuckDbException">A constraint is violated; none of these rows is in the table.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Flush(CancellationToken cancellationToken = default) => Finish(NativeMethods.duckdb_appender_flush, cancellationToken);

    /// <summary>Writes the rows so far into the table and takes no more.</summary>
    /// <exception cref="DuckDbException">A constraint is violated; none of these rows is in the table.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Close(CancellationToken cancellationToken = default) => Finish(NativeMethods.duckdb_appender_close, cancellationToken);

    /// <summary>Frees the appender and drops rows that were not flushed.</summary>
    public void Dispose() => handle.Dispose();

    internal static DuckDbAppender Open(ConnectionHandle connection, string? catalog, string? schema, string table)
    {
        var state = NativeMethods.duckdb_appender_create_ext(connection, catalog, schema, table, out var handle);
        if (state == NativeState.Success)
        {
            handle.KeepAlive(connection);
            return new DuckDbAppender(handle, connection);
        }

        using (handle)
            throw handle.IsInvalid ? DuckDbException.FromMessage(null) : Error(handle);
    }

    private static DuckDbException Error(AppenderHandle handle)
    {
        using var error = NativeMethods.duckdb_appender_error_data(handle);
        return new DuckDbException(
            (DuckDbError)NativeMethods.duckdb_error_data_error_type(error),
            NativeMethods.duckdb_error_data_message(error) ?? "The appender failed."
        );
    }

    private DuckDbAppender Check(NativeState state) => state == NativeState.Success ? this : throw Error(handle);

    private void Finish(Func<AppenderHandle, NativeState> finish, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(handle.IsDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        NativeState state;
        using (new InterruptWatch(connection, cancellationToken))
            state = finish(handle);
        if (state != NativeState.Success)
            throw QueryExecution.Failure(Error(handle), cancellationToken);
    }
}
