using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;

namespace Tideway.DuckDb.Native;

/// <summary>Takes the rows of one query that runs, for as long as it is not disposed. SQL names it by a number that nobody can guess.</summary>
internal sealed class RowConsumer : IDisposable
{
    private static readonly ConcurrentDictionary<long, RowConsumer> Active = new();

    private readonly Action<DuckDbChunk> take;
    private readonly Lock gate = new();
    private ImmutableArray<DuckDbType> types;

    public RowConsumer(Action<DuckDbChunk> take)
    {
        this.take = take;
        do Id = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) & long.MaxValue;
        while (!Active.TryAdd(Id, this));
    }

    public long Id { get; }

    /// <summary>What ended the query, if it was not DuckDB.</summary>
    public ExceptionDispatchInfo? Failure { get; private set; }

    public static RowConsumer? Find(long id) => Active.GetValueOrDefault(id);

    /// <summary>Takes the columns from <paramref name="first"/> on; false where the query must end.</summary>
    public bool TryTake(ChunkHandle chunk, int columns, int first)
    {
        try
        {
            using var rows = new DuckDbChunk(chunk, TypesOf(chunk, columns, first), first);
            take(rows);
            return true;
        }
        catch (Exception exception)
        {
            // It must not pass through DuckDB; the caller gets it when the query has ended.
            lock (gate)
                Failure ??= ExceptionDispatchInfo.Capture(exception);
            return false;
        }
    }

    public void Dispose() => Active.TryRemove(Id, out _);

    // All chunks of a query have the same types.
    private ImmutableArray<DuckDbType> TypesOf(ChunkHandle chunk, int columns, int first)
    {
        lock (gate)
        {
            if (types.IsDefault)
            {
                var found = ImmutableArray.CreateBuilder<DuckDbType>(columns - first);
                for (var column = first; column < columns; column++)
                    found.Add(DuckDbType.ReadOwned(NativeMethods.duckdb_vector_get_column_type(VectorMemory.Column(chunk, column).Vector)));
                types = found.MoveToImmutable();
            }

            return types;
        }
    }
}
