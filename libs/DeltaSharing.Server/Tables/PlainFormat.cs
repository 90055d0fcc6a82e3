using System.Runtime.CompilerServices;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Server.Answers;

namespace Tideway.DeltaSharing.Server.Tables;

/// <summary>
/// What the parquet format can express. It has no place for deleted rows, for columns named or typed otherwise in the files, or for types that Parquet
/// readers do not know by themselves: a client would get rows that are not in the table.
/// </summary>
public static class PlainFormat
{
    private static readonly ConditionalWeakTable<Snapshot, StrongBox<bool>> DeletesRows = [];

    /// <summary>Why a version with this metadata cannot be answered, whatever its files; <see langword="null"/> where it can.</summary>
    public static string? FindFault(Metadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        // First what no copy changes either: it is the reason where there are copies, too.
        if (FindType(metadata.SchemaString) is { } type)
            return $"it has columns of the type {type}";
        if (metadata.Configuration.TryGetValue(ColumnMapping.ModeProperty, out var mode) && !mode.Equals("none", StringComparison.OrdinalIgnoreCase))
            return $"its columns are mapped ({ColumnMapping.ModeProperty} is {mode})";
        // Files that were written before have the narrower type.
        return metadata.SchemaString.Contains("\"delta.typeChanges\"", StringComparison.Ordinal) ? "types of its columns were widened" : null;
    }

    /// <summary>Why a version cannot be answered; <see langword="null"/> where it can. Looks at the files once per snapshot.</summary>
    public static string? FindFault(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (FindFault(snapshot.Metadata) is { } fault)
            return fault;
        // Only files count: a table may allow deletion vectors and have none.
        return snapshot.Protocol.MinReaderVersion >= 3 && DeletesRows.GetValue(snapshot, HasVectors) is { Value: true } ? DeletedRows : null;
    }

    /// <summary>Whether the rows of a version can be written again so that the format can express them.</summary>
    public static bool CanBeCopied(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return FindType(snapshot.Metadata.SchemaString) is null && snapshot.Schema.Fields.Count > snapshot.PartitionColumns.Count;
    }

    /// <summary>Why a file cannot be answered.</summary>
    public const string DeletedRows = "rows of its files are deleted by deletion vectors";

    /// <summary>The refusal of a version for a reason that <see cref="FindFault(Snapshot)"/> gave, or <see cref="DeletedRows"/>.</summary>
    public static ProtocolRefusal Refuse(string fullName, long version, string reason) =>
        ProtocolRefusals.Unsupported(
            $"Unsupported Delta Table Properties: version {version} of {fullName} cannot be expressed in the response format parquet: {reason}. "
                + "A client that takes the response format delta can read it."
        );

    private static StrongBox<bool> HasVectors(Snapshot snapshot) => new(snapshot.Files.Any(file => file.DeletionVector is not null));

    // Types that came with reader features, which a client of this format cannot name. The specification of its schema does not have them: the Python client
    // fails on a timestamp_ntz with a parser's error, others take it for an instant. What is written as another type would not be what the table holds.
    private static string? FindType(string schema) =>
        schema.Contains("\"variant\"", StringComparison.Ordinal) || schema.Contains("\"timestamp_ntz\"", StringComparison.Ordinal)
            ? SchemaJson.Parse(schema).Fields.Select(field => FindType(field.Type)).FirstOrDefault(type => type is not null)
            : null;

    private static string? FindType(DeltaType type) =>
        type switch
        {
            StructType structure => structure.Fields.Select(field => FindType(field.Type)).FirstOrDefault(found => found is not null),
            ArrayType array => FindType(array.ElementType),
            MapType map => FindType(map.KeyType) ?? FindType(map.ValueType),
            PrimitiveType { Kind: PrimitiveKind.Variant or PrimitiveKind.TimestampNtz } primitive => primitive.TypeName,
            _ => null,
        };
}
