using System.Collections.Concurrent;
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
/// <param name="ranges">Reads parts of the partner's files.</param>
/// <param name="store">Where they come.</param>
/// <param name="tableId">The remote table.</param>
/// <param name="version">The version that the answer with the files is for.</param>
/// <param name="renewal">Asks for fresh addresses.</param>
/// <param name="contents">What unnamed vectors of the run hold that came before: where addresses end, the files are asked for again, and those need not come again.</param>
/// <param name="progress">Counts what comes.</param>
internal sealed class VectorDownloads(
    RangeReader ranges,
    IObjectStore store,
    string tableId,
    long version,
    AddressRenewal renewal,
    ConcurrentDictionary<string, string> contents,
    RunProgress progress
)
{
    // Vectors of one file are found among files that follow each other in the list, of which so many are held, and no more than have so many characters.
    private const int FilesAhead = 256;
    private const long CharactersAhead = 1 << 22;

    /// <summary>The files in their order, each with what brings its vector and then gives the file with a vector that has a name. A vector that is in the line itself is checked.</summary>
    public async IAsyncEnumerable<(SharedFile File, Func<Task<SharedFile>> WithVector)> LookAheadAsync(
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

    private List<(SharedFile File, Func<Task<SharedFile>> WithVector)> Together(List<SharedFile> files, CancellationToken cancellationToken)
    {
        var brought = new Dictionary<string, Lazy<Task<Dictionary<string, SharedVector>>>>(StringComparer.Ordinal);
        foreach (var span in VectorSpan.Of(files.Select(file => file.Vector).OfType<SharedVector>()))
        {
            var work = new Lazy<Task<Dictionary<string, SharedVector>>>(() => Task.Run(() => BringAsync(span, cancellationToken), cancellationToken));
            foreach (var vector in span.Vectors)
                brought.Add(vector.Identity, work);
        }

        return [.. files.Select(file => (file, (Func<Task<SharedFile>>)(() => WithVectorAsync(file, brought.GetValueOrDefault(file.Vector?.Identity ?? "")))))];
    }

    private static async Task<SharedFile> WithVectorAsync(SharedFile file, Lazy<Task<Dictionary<string, SharedVector>>>? brought)
    {
        if (file.Vector is not { } vector)
            return file;
        if (brought is not null)
            return file with { Vector = (await brought.Value)[vector.Identity] };
        vector.CheckInline();
        return file;
    }

    /// <summary>
    /// Brings those that are not here already, and gives all by their identities. One that is not what it is said to be does not keep the others from being here when it
    /// is tried again.
    /// </summary>
    private async Task<Dictionary<string, SharedVector>> BringAsync(VectorSpan span, CancellationToken cancellationToken)
    {
        var here = new Dictionary<string, SharedVector>(StringComparer.Ordinal);
        var missing = new List<SharedVector>();
        foreach (var vector in span.Vectors.Select(WithContent))
        {
            if (await IsHereAsync(vector, cancellationToken))
                here.Add(vector.Identity, vector);
            else
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
                    here.Add(vector.Identity, await PutAsync(vector, part.ContentOf(vector, read), cancellationToken));
                }
                catch (DeltaSharingException exception)
                {
                    failure ??= ExceptionDispatchInfo.Capture(exception);
                }
            }
        }

        failure?.Throw();
        return here;
    }

    private async Task<SharedVector> PutAsync(SharedVector vector, byte[] content, CancellationToken cancellationToken)
    {
        progress.VectorFetched(content.Length);
        var named = vector.IsUnnamed ? vector.WithContent(content) : vector;
        if (!vector.IsUnnamed || !await IsHereAsync(named, cancellationToken))
            await store.PutAsync(KeyOf(named), new MemoryStream(content, writable: false), cancellationToken);
        if (vector.IsUnnamed)
            contents[ContentKeyOf(vector)] = named.ContentId!;
        return named;
    }

    private SharedVector WithContent(SharedVector vector) =>
        vector.IsUnnamed && contents.TryGetValue(ContentKeyOf(vector), out var content) ? vector with { ContentId = content } : vector;

    // The same line of the same version has the same vector.
    private string ContentKeyOf(SharedVector vector) => $"{tableId}\n{version}\n{vector.AddressKey}";

    private async Task<bool> IsHereAsync(SharedVector vector, CancellationToken cancellationToken) =>
        vector is not { IsUnnamed: true, ContentId: null }
        && await store.FindAsync(KeyOf(vector), cancellationToken) is { } here
        && here.Size == vector.FileBytes;

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
