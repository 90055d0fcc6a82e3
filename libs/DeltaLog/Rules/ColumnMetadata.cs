using System.Text.Json;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Schema;

namespace Tideway.DeltaLog.Rules;

/// <summary>Rules that stand in the metadata of columns.</summary>
internal static class ColumnMetadata
{
    public const string Invariants = "delta.invariants";
    public const string Generation = "delta.generationExpression";
    public const string Default = "CURRENT_DEFAULT";
    public const string IdentityStart = "delta.identity.start";
    public const string IdentityStep = "delta.identity.step";
    public const string IdentityHighWaterMark = "delta.identity.highWaterMark";
    public const string IdentityAllowExplicit = "delta.identity.allowExplicitInsert";

    /// <summary>Members, and the feature that each needs.</summary>
    public static readonly IReadOnlyList<(string Key, string Feature)> Features =
    [
        (Invariants, TableFeatures.Invariants),
        (Generation, TableFeatures.GeneratedColumns),
        (IdentityStart, TableFeatures.IdentityColumns),
        (Default, TableFeatures.ColumnDefaults),
    ];

    /// <summary>The text of a member; <see langword="null"/> where the column has none.</summary>
    public static string? Text(StructField field, string key)
    {
        if (!field.Metadata.TryGetValue(key, out var json))
            return null;
        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.String ? document.RootElement.GetString() : throw Malformed(field, key, "a text", json);
    }

    /// <summary>The number of a member; <see langword="null"/> where the column has none.</summary>
    public static long? Number(StructField field, string key)
    {
        if (!field.Metadata.TryGetValue(key, out var json))
            return null;
        return long.TryParse(json, out var number) ? number : throw Malformed(field, key, "a whole number", json);
    }

    /// <summary>The expression of an invariant; <see langword="null"/> where the column has none.</summary>
    public static string? Invariant(StructField field)
    {
        if (Text(field, Invariants) is not { } text)
            return null;
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.GetProperty("expression").GetProperty("expression").GetString()!;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw Malformed(field, Invariants, "an object with expression.expression", text);
        }
    }

    /// <summary>Every field of a type, with its path and whether it stands inside an array or a map.</summary>
    public static IEnumerable<(string Path, StructField Field, bool Repeated)> AllFields(DeltaType type, string path = "", bool repeated = false) =>
        type switch
        {
            StructType structure => structure.Fields.SelectMany(field =>
            {
                var name = path.Length == 0 ? field.Name : $"{path}.{field.Name}";
                return AllFields(field.Type, name, repeated).Prepend((name, field, repeated));
            }),
            ArrayType array => AllFields(array.ElementType, $"{path}.element", true),
            MapType map => AllFields(map.KeyType, $"{path}.key", true).Concat(AllFields(map.ValueType, $"{path}.value", true)),
            _ => [],
        };

    private static DeltaLogException Malformed(StructField field, string key, string expected, string found) =>
        new(DeltaLogError.CorruptLog, $"Expected {expected} in '{key}' of column '{field.Name}', found {found}.");
}
