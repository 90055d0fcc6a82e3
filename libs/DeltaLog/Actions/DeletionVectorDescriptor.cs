using System.Text.Json;
using Tideway.DeltaLog.DeletionVectors;

namespace Tideway.DeltaLog.Actions;

/// <summary>
/// Where the set of a data file's deleted rows is kept.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#deletion-vector-descriptor-schema">Deletion Vector Descriptor Schema</see>.
/// </summary>
public sealed record DeletionVectorDescriptor
{
    /// <summary><c>u</c>: a file named by a UUID, <c>p</c>: a file named by its absolute path, <c>i</c>: inline.</summary>
    public required string StorageType { get; init; }

    /// <summary>UUID (Z85, with an optional prefix), absolute path or Z85 bytes, as <see cref="StorageType"/> says.</summary>
    public required string PathOrInlineDv { get; init; }

    /// <summary>Bytes before this vector in its file; <see langword="null"/> is 0, and the only value for inline vectors.</summary>
    public int? Offset { get; init; }

    /// <summary>Length of the serialized vector in bytes, before Z85.</summary>
    public required int SizeInBytes { get; init; }

    /// <summary>Number of rows that the vector deletes.</summary>
    public required long Cardinality { get; init; }

    /// <summary>Tells the vectors of one data file apart.</summary>
    public string UniqueId => Offset is { } offset ? $"{StorageType}{PathOrInlineDv}@{offset}" : StorageType + PathOrInlineDv;

    /// <summary>
    /// The key of the file that holds the vector, below the table's root; <see langword="null"/> for an inline one. Throws
    /// <see cref="DeltaLogError.FileOutsideTable"/>, or <see cref="DeltaLogError.CorruptLog"/> where the descriptor names no file.
    /// </summary>
    public string? Key(Uri root)
    {
        try
        {
            return DeletionVectorReader.Key(this, root);
        }
        catch (FormatException exception)
        {
            throw new DeltaLogException(DeltaLogError.CorruptLog, $"A deletion vector of '{root}' cannot be found: {exception.Message}", exception)
            {
                TableRoot = root,
            };
        }
    }

    internal static DeletionVectorDescriptor? Read(ref Utf8JsonReader reader)
    {
        string? storageType = null,
            path = null;
        int? offset = null,
            size = null;
        long? cardinality = null;
        if (!reader.Read() || reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException($"expected a deletion vector, found {reader.TokenType}");
        while (reader.NextMember())
        {
            if (reader.ValueTextEquals("storageType"u8))
                storageType = reader.TakeString();
            else if (reader.ValueTextEquals("pathOrInlineDv"u8))
                path = reader.TakeString();
            else if (reader.ValueTextEquals("offset"u8))
                offset = reader.TakeInt();
            else if (reader.ValueTextEquals("sizeInBytes"u8))
                size = reader.TakeInt();
            else if (reader.ValueTextEquals("cardinality"u8))
                cardinality = reader.TakeLong();
            else
                reader.SkipValue();
        }

        return new DeletionVectorDescriptor
        {
            StorageType = JsonFields.Required(storageType, "deletionVector.storageType"),
            PathOrInlineDv = JsonFields.Required(path, "deletionVector.pathOrInlineDv"),
            Offset = offset,
            SizeInBytes = JsonFields.Required(size, "deletionVector.sizeInBytes"),
            Cardinality = JsonFields.Required(cardinality, "deletionVector.cardinality"),
        };
    }

    internal void WriteTo(Utf8JsonWriter writer, string member)
    {
        writer.WriteStartObject(member);
        writer.WriteString("storageType", StorageType);
        writer.WriteString("pathOrInlineDv", PathOrInlineDv);
        writer.WriteOptional("offset", Offset);
        writer.WriteNumber("sizeInBytes", SizeInBytes);
        writer.WriteNumber("cardinality", Cardinality);
        writer.WriteEndObject();
    }
}
