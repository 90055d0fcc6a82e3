using System.Collections.Immutable;
using Tideway.DuckDb.Conversions;
using Tideway.DuckDb.Native;

namespace Tideway.DuckDb;

/// <summary>
/// The rows of a query, read forward in chunks of up to 2048. It stays readable after its connection is disposed, but not after the
/// connection has started another query. Used by one thread at a time.
/// </summary>
public sealed class DuckDbResult : IDisposable
{
    private readonly ResultHandle handle;
    private readonly ConnectionHandle connection;
    private readonly ImmutableArray<DuckDbType> types;
    private DuckDbException? failure;
    private bool ended;

    internal DuckDbResult(ResultHandle handle, ConnectionHandle connection)
    {
        this.handle = handle;
        this.connection = connection;
        Columns = ReadColumns(handle);
        types = [.. Columns.Select(column => column.Type)];
    }

    /// <summary>The columns in order. Their names need not be unique.</summary>
    public ImmutableArray<DuckDbField> Columns { get; }

    /// <summary>The index of the first column of that name, compared exactly.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public int Ordinal(string name)
    {
        for (var i = 0; i < Columns.Length; i++)
            if (Columns[i].Name == name)
                return i;
        throw new ArgumentException($"Expected a column '{name}', found {string.Join(", ", Columns.Select(column => column.Name))}.", nameof(name));
    }

    /// <summary>The next rows, or null after the last. The caller disposes the chunk, and may do so after the result.</summary>
    /// <exception cref="DuckDbException">The query failed; the rows so far are not all.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the query is over.</exception>
    public DuckDbChunk? FetchChunk(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(handle.IsDisposed, this);
        if (failure is not null)
            throw new DuckDbException(failure.Error, failure.Message, failure);
        cancellationToken.ThrowIfCancellationRequested();
        if (ended)
            return null;

        var chunk = handle.FetchChunk(connection, cancellationToken);
        if (chunk is not null)
            return new DuckDbChunk(chunk, types);

        failure = handle.Error();
        if (failure is not null)
            throw QueryExecution.Failure(failure, cancellationToken);
        ended = true;
        return null;
    }

    /// <summary>The chunks that are left, each disposed when the next is taken.</summary>
    /// <exception cref="DuckDbException">The query failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IEnumerable<DuckDbChunk> Chunks(CancellationToken cancellationToken = default)
    {
        while (FetchChunk(cancellationToken) is { } chunk)
            using (chunk)
                yield return chunk;
    }

    /// <summary>The rows that are left, boxed as <see cref="DuckDbVector.Value"/> says. For small results and tests; chunks are far faster.</summary>
    /// <exception cref="DuckDbException">The query failed, or a value has no .NET counterpart.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IEnumerable<object?[]> Rows(CancellationToken cancellationToken = default)
    {
        foreach (var chunk in Chunks(cancellationToken))
        {
            for (var row = 0; row < chunk.RowCount; row++)
            {
                var values = new object?[Columns.Length];
                for (var column = 0; column < values.Length; column++)
                    values[column] = chunk.Column(column).Value(row);
                yield return values;
            }
        }
    }

    /// <summary>Ends the query, if it still runs, and frees what it holds.</summary>
    public void Dispose() => handle.Dispose();

    internal long CountChanges(CancellationToken cancellationToken)
    {
        if (handle.Kind != NativeResultKind.ChangedRows)
            return 0;
        using var chunk = FetchChunk(cancellationToken);
        return chunk is null ? 0 : chunk.Column(0).Values<long>()[0];
    }

    internal T? Scalar<T>(CancellationToken cancellationToken)
    {
        using var chunk = FetchChunk(cancellationToken);
        return chunk is null ? default : Scalars.To<T>(chunk.Column(0).Value(0));
    }

    private static ImmutableArray<DuckDbField> ReadColumns(ResultHandle result)
    {
        var columns = ImmutableArray.CreateBuilder<DuckDbField>();
        var count = NativeMethods.duckdb_column_count(result);
        for (ulong i = 0; i < count; i++)
        {
            var name = NativeMethods.duckdb_column_name(result, i) ?? "";
            columns.Add(new DuckDbField(name, DuckDbType.ReadOwned(NativeMethods.duckdb_column_logical_type(result, i))));
        }

        return columns.ToImmutable();
    }
}
