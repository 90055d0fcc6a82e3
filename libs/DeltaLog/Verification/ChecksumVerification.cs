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
        foreach (var (what, expected, actual) in Compare(found, snapshot))
        {
            if (expected != actual)
                yield return new VerificationProblem(VerificationCheck.Checksum, $"The checksum file says {what} {expected}, the log {actual}.", key);
        }
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
        catch (JsonException exception)
        {
            return (null, $"The checksum file '{key}' cannot be read: {exception.Message}");
        }
    }

    // Each pair is equal where the file is right; what it does not say is not compared.
    private static IEnumerable<(string What, string Expected, string Actual)> Compare(JsonElement checksum, Snapshot snapshot)
    {
        var vectors = snapshot.Files.Select(file => file.DeletionVector).OfType<Actions.DeletionVectorDescriptor>();
        (string Member, Func<string> Actual)[] members =
        [
            ("numFiles", () => $"{snapshot.FileCount}"),
            ("tableSizeBytes", () => $"{snapshot.TotalBytes}"),
            ("numMetadata", () => "1"),
            ("numProtocol", () => "1"),
            ("numDeletionVectorsOpt", () => $"{vectors.Count()}"),
            ("numDeletedRecordsOpt", () => $"{vectors.Sum(vector => vector.Cardinality)}"),
        ];
        foreach (var (member, actual) in members)
        {
            if (checksum.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Number)
                yield return (member, value.GetRawText(), actual());
        }

        if (snapshot.State.HasInCommitTimestamps && checksum.TryGetProperty("inCommitTimestampOpt", out var time) && time.ValueKind == JsonValueKind.Number)
            yield return ("inCommitTimestampOpt", time.GetRawText(), $"{snapshot.Timestamp.ToUnixTimeMilliseconds()}");
        if (checksum.TryGetProperty("protocol", out var protocol) && protocol.ValueKind == JsonValueKind.Object)
        {
            yield return ("minReaderVersion", Text(protocol, "minReaderVersion"), $"{snapshot.Protocol.MinReaderVersion}");
            yield return ("minWriterVersion", Text(protocol, "minWriterVersion"), $"{snapshot.Protocol.MinWriterVersion}");
        }

        if (checksum.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object)
        {
            yield return ("metadata.id", Text(metadata, "id"), snapshot.Metadata.Id);
            yield return ("metadata.schemaString", Text(metadata, "schemaString"), snapshot.Metadata.SchemaString);
        }
    }

    private static string Text(JsonElement json, string member) =>
        !json.TryGetProperty(member, out var value) ? ""
        : value.ValueKind == JsonValueKind.String ? value.GetString()!
        : value.GetRawText();
}
