using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Downloads;
using Tideway.DeltaSharing.Protocol.Lines;

namespace Tideway.DeltaSharing.Tables;

/// <summary>A file of an answer, in either format, as an action of a Delta log; the file is yet to be brought here.</summary>
/// <param name="Id">The same in every answer.</param>
/// <param name="Action">What the log says of it; its path is <paramref name="Id"/>, and its deletion vector where the server has it.</param>
/// <param name="Url">Where it can be read for a while; the file with its deletion vector just as long.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Vector">Its deletion vector, where there is one.</param>
/// <param name="Version">The version that it is of, where the server says so.</param>
/// <param name="Timestamp">When that was made.</param>
public sealed record SharedFile(string Id, DeltaAction Action, FileUrl Url, long Size, SharedVector? Vector, long? Version, DateTimeOffset? Timestamp)
{
    /// <summary>
    /// Whether the server says how large the file is; else <see cref="Size"/> is 0. A log need not say it of files that went, see
    /// <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#add-file-and-remove-file">Add File and Remove File</see>.
    /// </summary>
    public bool IsSizeKnown { get; init; } = true;

    private static readonly Dictionary<string, string?> NoValues = new(StringComparer.Ordinal);

    /// <summary>The addresses of what is to be brought for it, by what they are asked for again by: the file itself, and the file with its deletion vector.</summary>
    public IEnumerable<(string Key, FileUrl Url)> Addresses
    {
        get
        {
            yield return (Id, Url);
            if (Vector is { Url: not null } vector)
                yield return (vector.AddressKey, vector.UrlOf(this));
        }
    }

    /// <summary>
    /// Those of <see cref="Addresses"/> that what came with an earlier answer can be brought by. At another version the file may have other deleted rows, so a
    /// vector that nothing names has none there.
    /// </summary>
    /// <param name="isSameVersion">Whether both answers are for the same version of the table.</param>
    public IEnumerable<(string Key, FileUrl Url)> AddressesAgain(bool isSameVersion) =>
        isSameVersion || Vector is not { IsUnnamed: true } vector ? Addresses : Addresses.Where(address => address.Key != vector.AddressKey);

    /// <summary>Values of the partition columns, as a Delta log has them: by their names in files, null as null.</summary>
    public IReadOnlyDictionary<string, string?> PartitionValues =>
        Action switch
        {
            AddFile add => add.PartitionValues,
            RemoveFile remove => remove.PartitionValues!,
            AddCdcFile cdc => cdc.PartitionValues,
            _ => throw new InvalidOperationException($"{Action.GetType().Name} is no action of a file."),
        };

    /// <summary>How many characters its texts have, for who holds many files of a server that may send long ones.</summary>
    public long Characters =>
        Id.Length
        + Url.Url.OriginalString.Length
        + ((Action as AddFile)?.Stats?.Length ?? 0)
        + (Vector?.Url?.OriginalString.Length ?? 0)
        + PartitionValues.Sum(pair => pair.Key.Length + (pair.Value?.Length ?? 0));

    /// <summary>The file of a line; <see langword="null"/> for a line that is none.</summary>
    /// <exception cref="DeltaSharingException"><see cref="DeltaSharingError.MalformedAnswer"/>: the line does not say what it must.</exception>
    public static SharedFile? Of(SharingLine line)
    {
        SharedFile? file;
        try
        {
            file = Read(line);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair is JSON and yet no text.
            throw MalformedLine.Expected("texts of Unicode");
        }

        if (file is { Id: "" })
            throw MalformedLine.Expected("an id, got an empty one");
        return file is { Size: < 0 } ? throw MalformedLine.Expected($"a size, got {file.Size}") : file;
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
        line.PartitionValues.Count == 0
            ? NoValues
            : line.PartitionValues.ToDictionary(pair => pair.Key, pair => string.IsNullOrEmpty(pair.Value) ? null : pair.Value, StringComparer.Ordinal);

    private static SharedFile OfDelta(DeltaFileLine line)
    {
        var kind = line.DeltaSingleAction.ValueKind == JsonValueKind.Object ? line.DeltaSingleAction.EnumerateObject().FirstOrDefault() : default;
        var body = kind.Value;
        if (body.ValueKind != JsonValueKind.Object)
            throw MalformedLine.Expected("deltaSingleAction with add, remove or cdc");
        var (url, told) = (Address(Text(body, "path")), Number(body, "size"));
        var size = told ?? (kind.Name == "remove" ? 0 : throw MalformedLine.Expected("the number size"));
        var vector =
            body.TryGetProperty("deletionVector", out var descriptor) && descriptor.ValueKind == JsonValueKind.Object
                ? SharedVector.Of(descriptor, kind.Name, line)
                : null;
        var values = PartitionsOf(body);
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
            _ => throw MalformedLine.Expected($"add, remove or cdc, got '{kind.Name}'"),
        };
        if (action is AddFile { DeletionVector: { } deleted } add && add.PhysicalRecords() is { } rows && deleted.Cardinality > rows)
            throw MalformedLine.Expected($"at most {rows} deleted rows of a file that has as many, got {deleted.Cardinality}");
        return new SharedFile(line.Id, action, FileUrl.Of(url, line.ExpirationTimestamp), size, vector, line.Version, Time(line.Timestamp))
        {
            IsSizeKnown = told is not null,
        };
    }

    private static Dictionary<string, string?> PartitionsOf(JsonElement body)
    {
        if (!body.TryGetProperty("partitionValues", out var pairs) || pairs.ValueKind != JsonValueKind.Object)
            return NoValues;
        var values = NoValues;
        foreach (var pair in pairs.EnumerateObject())
        {
            if (values == NoValues)
                values = new Dictionary<string, string?>(StringComparer.Ordinal);
            values[pair.Name] = pair.Value.ValueKind == JsonValueKind.String && pair.Value.GetString() is { Length: > 0 } text ? text : null;
        }

        return values;
    }

    private static string Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw MalformedLine.Expected($"the text {name}");

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
            throw MalformedLine.Expected($"a time, got {milliseconds}");
        }
    }

    internal static Uri Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) ? url : throw MalformedLine.Expected("an absolute URL");
}
