using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Downloads;
using Tideway.DeltaSharing.Tables;
using Tideway.ObjectStorage;

namespace Tideway.InboundSync.Runs;

/// <summary>
/// Brings the deletion vectors of files to where <see cref="ReceivedFile"/> has them, each in a file of its own. One file at a partner holds the vectors of many: those
/// that lie near each other come with one request.
/// </summary>
internal sealed class VectorDownloads(RangeReader ranges, IObjectStore store, string tableId, AddressRenewal renewal, RunProgress progress)
{
    // Vectors of one file are found among files that follow each other in the list, of which so many are held, and no more than have so many characters.
    private const int FilesAhead = 256;
    private const long CharactersAhead = 1 << 22;

    /// <summary>The files in their order, each with what brings its vector; a vector that is in the line itself need not be brought.</summary>
    public async IAsyncEnumerable<(SharedFile File, Lazy<Task>? Vector)> LookAheadAsync(
        IAsyncEnumerable<SharedFile> files,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var ahead = new List<SharedFile>();
        var characters = 0L;
        await foreach (var file in files.WithCancellation(cancellationToken))
        {
            ahead.Add(file);
            characters += file.Characters;
            // Files without a vector wait for nothing.
            if (ahead.Count < FilesAhead && characters < CharactersAhead && ahead[0].Vector?.Url is not null)
                continue;
            foreach (var item in Together(ahead, cancellationToken))
                yield return item;
            ahead.Clear();
            characters = 0;
        }

        foreach (var item in Together(ahead, cancellationToken))
            yield return item;
    }

    private List<(SharedFile File, Lazy<Task>? Vector)> Together(List<SharedFile> files, CancellationToken cancellationToken)
    {
        var brought = new Dictionary<string, Lazy<Task>>(StringComparer.Ordinal);
        foreach (var span in VectorSpan.Of(files.Select(file => file.Vector).OfType<SharedVector>()))
        {
            var work = new Lazy<Task>(() => Task.Run(() => BringAsync(span, cancellationToken), cancellationToken));
            foreach (var vector in span.Vectors)
                brought.Add(vector.Identity, work);
        }

        return [.. files.Select(file => (file, file.Vector is { Url: not null } vector ? brought[vector.Identity] : null))];
    }

    /// <summary>Brings those that are not here already. One that is not what it is said to be does not keep the others from being here when it is tried again.</summary>
    private async Task BringAsync(VectorSpan span, CancellationToken cancellationToken)
    {
        var missing = new List<SharedVector>();
        foreach (var vector in span.Vectors)
        {
            if (await store.FindAsync(KeyOf(vector), cancellationToken) is not { } here || here.Size != vector.FileBytes)
                missing.Add(vector);
        }

        ExceptionDispatchInfo? failure = null;
        foreach (var part in VectorSpan.Of(missing))
        {
            var read = await ReadAsync(part, cancellationToken);
            foreach (var vector in part.Vectors)
            {
                try
                {
                    var content = part.ContentOf(vector, read);
                    await store.PutAsync(KeyOf(vector), new MemoryStream(content, writable: false), cancellationToken);
                    progress.VectorFetched(content.Length);
                }
                catch (DeltaSharingException exception)
                {
                    failure ??= ExceptionDispatchInfo.Capture(exception);
                }
            }
        }

        failure?.Throw();
    }

    private async Task<byte[]> ReadAsync(VectorSpan part, CancellationToken cancellationToken)
    {
        try
        {
            return await part.ReadAsync(ranges, renewal.Of(part.AddressKey, part.Url, () => true), cancellationToken);
        }
        finally
        {
            renewal.End(part.AddressKey);
        }
    }

    private string KeyOf(SharedVector vector) => ReceivedFile.PathOf(tableId, vector);
}
