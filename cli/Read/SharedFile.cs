using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaSharing.Client.Downloads;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;

namespace Tideway.Cli.Read;

/// <summary>A file of an answer, in either format, as an action of a Delta log; the file is yet to be brought here.</summary>
/// <param name="Id">The same in every answer.</param>
/// <param name="Action">What the log says of it; its path is <paramref name="Id"/>.</param>
/// <param name="Url">Where it can be read for a while; the file with its deletion vector just as long.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Vector">The file with its deletion vector, where there is one.</param>
/// <param name="Version">The version that it is of, where the server says so.</param>
/// <param name="Timestamp">When that was made.</param>
internal sealed record SharedFile(string Id, DeltaAction Action, FileUrl Url, long Size, SharedVector? Vector, long? Version, DateTimeOffset? Timestamp)
{
    /// <summary>The file of a line; <see langword="null"/> for a line that is none.</summary>
    public static SharedFile? Of(SharingLine line)
    {
        var file = Read(line);
        return file is { Size: < 0 }
            ? throw new SharingProtocolException(SharingProtocolError.Malformed, $"Malformed line: expected a size, got {file.Size}.")
            : file;
    }

    private static SharedFile? Read(SharingLine line) =>
        line switch
        {
            FileLine file => Plain(file, Add(file, file.Stats), file.Version, file.Timestamp),
            AddLine add => Plain(add, Add(add, add.Stats), add.Version, add.Timestamp),
            CdfLine cdf => Plain(
                cdf,
                new AddCdcFile
                {
                    Path = cdf.Id,
                    PartitionValues = Values(cdf),
                    Size = cdf.Size,
                },
                cdf.Version,
                cdf.Timestamp
            ),
            RemoveLine remove => Plain(
                remove,
                new RemoveFile
                {
                    Path = remove.Id,
                    PartitionValues = Values(remove),
                    Size = remove.Size,
                    DataChange = true,
                    ExtendedFileMetadata = true,
                },
                remove.Version,
                remove.Timestamp
            ),
            DeltaFileLine delta => OfDelta(delta),
            _ => null,
        };

    private static SharedFile Plain(DataFileLine line, DeltaAction action, long? version, long? timestamp) =>
        new(line.Id, action, FileUrl.Of(Address(line.Url), line.ExpirationTimestamp), line.Size, Vector: null, version, Time(timestamp));

    private static AddFile Add(DataFileLine line, string? stats) =>
        new()
        {
            Path = line.Id,
            PartitionValues = Values(line),
            Size = line.Size,
            ModificationTime = 0,
            DataChange = true,
            Stats = stats,
        };

    // The parquet format writes null as an empty text.
    private static Dictionary<string, string?> Values(DataFileLine line) =>
        line.PartitionValues.ToDictionary(pair => pair.Key, pair => string.IsNullOrEmpty(pair.Value) ? null : pair.Value, StringComparer.Ordinal);

    private static SharedFile OfDelta(DeltaFileLine line)
    {
        var kind = line.DeltaSingleAction.ValueKind == JsonValueKind.Object ? line.DeltaSingleAction.EnumerateObject().FirstOrDefault() : default;
        var body = kind.Value;
        if (body.ValueKind != JsonValueKind.Object)
            throw new SharingProtocolException(SharingProtocolError.Malformed, "Malformed line: expected deltaSingleAction with add, remove or cdc.");
        var (url, size) = (Address(Text(body, "path")), Number(body, "size") ?? 0);
        var vector =
            body.TryGetProperty("deletionVector", out var descriptor) && descriptor.ValueKind == JsonValueKind.Object
                ? SharedVector.Of(descriptor, line.DeletionVectorFileId)
                : null;
        var values = PartitionValues(body);
        DeltaAction action = kind.Name switch
        {
            "add" => new AddFile
            {
                Path = line.Id,
                PartitionValues = values,
                Size = size,
                ModificationTime = Number(body, "modificationTime") ?? 0,
                DataChange = true,
                Stats = body.TryGetProperty("stats", out var stats) && stats.ValueKind == JsonValueKind.String ? stats.GetString() : null,
                DeletionVector = vector?.Descriptor,
            },
            "remove" => new RemoveFile
            {
                Path = line.Id,
                PartitionValues = values,
                Size = size,
                DataChange = true,
                ExtendedFileMetadata = true,
                DeletionVector = vector?.Descriptor,
            },
            "cdc" => new AddCdcFile
            {
                Path = line.Id,
                PartitionValues = values,
                Size = size,
            },
            _ => throw new SharingProtocolException(SharingProtocolError.Malformed, $"Malformed line: expected add, remove or cdc, got '{kind.Name}'."),
        };
        return new SharedFile(line.Id, action, FileUrl.Of(url, line.ExpirationTimestamp), size, vector, line.Version, Time(line.Timestamp));
    }

    private static Dictionary<string, string?> PartitionValues(JsonElement body)
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (body.TryGetProperty("partitionValues", out var pairs) && pairs.ValueKind == JsonValueKind.Object)
        {
            foreach (var pair in pairs.EnumerateObject())
                values[pair.Name] = pair.Value.ValueKind == JsonValueKind.String && pair.Value.GetString() is { Length: > 0 } text ? text : null;
        }

        return values;
    }

    private static string Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new SharingProtocolException(SharingProtocolError.Malformed, $"Malformed line: expected the text {name}.");

    private static long? Number(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    private static DateTimeOffset? Time(long? milliseconds)
    {
        try
        {
            return milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new SharingProtocolException(SharingProtocolError.Malformed, $"Malformed line: expected a time, got {milliseconds}.");
        }
    }

    internal static Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
            ? url
            : throw new SharingProtocolException(SharingProtocolError.Malformed, "Malformed line: expected an absolute URL.");
}
