using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.DeletionVectors;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Writing;

/// <summary>
/// Marks rows of files as deleted instead of writing the files again: new deletion vectors, all in one file, each with the rows that were deleted before.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#deletion-vectors">Deletion Vectors</see>.
/// </summary>
internal sealed class DeletionMarks(IObjectStore store) : IDisposable
{
    private readonly DeletionVectorReader reader = new(store);
    private readonly DeletionVectorFile file = new();

    /// <summary>Where the vectors will be.</summary>
    public string Key => file.Key;

    /// <summary>The file with those rows deleted too; <see langword="null"/> where none of its <paramref name="physical"/> rows is left.</summary>
    public async Task<AddFile?> MarkAsync(AddFile data, RowSet rows, long physical, CancellationToken cancellationToken)
    {
        var all = data.DeletionVector is { } before ? rows.Union(await reader.ReadAsync(before, cancellationToken).ConfigureAwait(false)) : rows;
        if (all.Count >= physical)
            return null;
        return data with { DeletionVector = file.Add(all), Stats = FileStatistics.Widened(data.Stats, physical), DataChange = true };
    }

    /// <summary>Writes the file.</summary>
    public Task WriteAsync(CancellationToken cancellationToken) => store.PutAsync(file.Key, file.Content, cancellationToken);

    public void Dispose() => file.Dispose();
}
