using System.Runtime.CompilerServices;
using System.Text.Json;
using Tideway.DeltaLog.LogSegments;
using Tideway.DeltaLog.Snapshots;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Verification;

/// <summary>
/// Whether a version is what its checksum file says. The file may be missing.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#version-checksum-file">Version Checksum File</see>.
/// </summary>
internal static class ChecksumVerification
{
    public static async IAsyncEnumerable<VerificationProblem> FindAsync(
        IObjectStore store,
        Snapshot snapshot,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var key = LogFile.ChecksumKey(snapshot.Version);
        var (checksum, fault) = await ReadAsync(store, key, cancellationToken).ConfigureAwait(false);
        if (fault is not null)
            yield return new VerificationProblem(VerificationCheck.Checksum, fault, key);
        if (checksum is not { } found)
            yield break;
        var transactionId = await TransactionIdAsync(store, snapshot.Version, cancellationToken).ConfigureAwait(false);
        var (differences, unreadable) = Compare(found, snapshot, transactionId);
        foreach (var (what, said, actual) in differences)
            yield return new VerificationProblem(VerificationCheck.Checksum, $"The checksum file says {what} {said}, the log {actual}.", key);
        if (unreadable is not null)
            yield return new VerificationProblem(VerificationCheck.Checksum, $"The checksum file '{key}' cannot be read: {unreadable}", key);
    }

    private static (List<(string What, string Said, string Found)> Differences, string? Fault) Compare(
        JsonElement checksum,
        Snapshot snapshot,
        string? transactionId
    )
    {
        var differences = new List<(string What, string Said, string Found)>();
        try
        {
            foreach (var pair in new ChecksumComparison(checksum, snapshot, transactionId).Pairs().Where(pair => pair.Said != pair.Found))
                differences.Add(pair);
            return (differences, null);
        }
        // The second is what the reader throws for text that is no Unicode.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return (differences, exception.Message);
        }
    }

    // The version's commit may be cleaned up.
    private static async Task<string?> TransactionIdAsync(IObjectStore store, long version, CancellationToken cancellationToken)
    {
        var key = LogFile.CommitKey(version);
        return await store.FindAsync(key, cancellationToken).ConfigureAwait(false) is null
            ? null
            : (await CommitFile.ReadInfoAsync(store, key, version, cancellationToken).ConfigureAwait(false))?.TransactionId;
    }

    private static async Task<(JsonElement? Checksum, string? Fault)> ReadAsync(IObjectStore store, string key, CancellationToken cancellationToken)
    {
        try
        {
            var bytes = await StoredBytes.ReadAsync(store, key, cancellationToken).ConfigureAwait(false);
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? (document.RootElement.Clone(), null)
                : (null, $"Expected a JSON object in '{key}', found {document.RootElement.ValueKind}.");
        }
        catch (ObjectStorageException exception) when (exception.Error == ObjectStorageError.NotFound)
        {
            return (null, null);
        }
        // The second is what the reader throws for text that is no Unicode.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return (null, $"The checksum file '{key}' cannot be read: {exception.Message}");
        }
    }
}
