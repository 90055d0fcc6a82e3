using System.Text.Json;
using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.Schema;

/// <summary>
/// Columns whose type has become wider: older files hold the narrower one, and DuckDB casts it.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#type-widening">Type Widening</see>.
/// </summary>
internal static class TypeWidening
{
    /// <summary>Member of a column's metadata that says which types it had.</summary>
    public const string ChangesKey = "delta.typeChanges";

    private const int IntegerDigits = 10;
    private const int LongDigits = 20;

    /// <summary>Throws <see cref="DeltaLogError.UnsupportedType"/>, naming the column, for a change that the protocol does not know.</summary>
    public static void RequireSupported(StructType schema, Uri root)
    {
        foreach (var field in schema.Fields)
            RequireSupported(field, field.Name, root);
    }

    /// <summary>Whether values of <paramref name="from"/> can be read as <paramref name="to"/>.</summary>
    public static bool IsWider(DeltaType from, DeltaType to) =>
        (from, to) switch
        {
            (PrimitiveType { Kind: var left }, PrimitiveType { Kind: var right }) => IsWider(left, right),
            (PrimitiveType { Kind: PrimitiveKind.Byte or PrimitiveKind.Short or PrimitiveKind.Integer }, DecimalType right) => right.Precision - right.Scale
                >= IntegerDigits,
            (PrimitiveType { Kind: PrimitiveKind.Long }, DecimalType right) => right.Precision - right.Scale >= LongDigits,
            (DecimalType left, DecimalType right) => right.Scale >= left.Scale && right.Precision - right.Scale >= left.Precision - left.Scale,
            _ => false,
        };

    private static bool IsWider(PrimitiveKind from, PrimitiveKind to) =>
        (from, to) switch
        {
            (PrimitiveKind.Byte, PrimitiveKind.Short or PrimitiveKind.Integer or PrimitiveKind.Long or PrimitiveKind.Double) => true,
            (PrimitiveKind.Short, PrimitiveKind.Integer or PrimitiveKind.Long or PrimitiveKind.Double) => true,
            (PrimitiveKind.Integer, PrimitiveKind.Long or PrimitiveKind.Double) => true,
            (PrimitiveKind.Float, PrimitiveKind.Double) => true,
            (PrimitiveKind.Date, PrimitiveKind.TimestampNtz) => true,
            _ => false,
        };

    private static void RequireSupported(StructField field, string path, Uri root)
    {
        if (field.Metadata.TryGetValue(ChangesKey, out var json))
        {
            foreach (var (from, to) in Changes(json, path, root))
                RequireSupported(from, to, path, root);
        }

        foreach (var nested in Nested(field.Type))
            RequireSupported(nested, $"{path}.{nested.Name}", root);
    }

    private static List<(string? From, string? To)> Changes(string json, string path, Uri root)
    {
        try
        {
            using var changes = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = SchemaJson.MaxDepth });
            return
            [
                .. changes
                    .RootElement.EnumerateArray()
                    .Select(change => (change.GetProperty("fromType").GetString(), change.GetProperty("toType").GetString())),
            ];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new DeltaLogException(
                DeltaLogError.CorruptLog,
                $"The changes of type of column '{path}' of '{root}' ({ChangesKey}) cannot be understood: {exception.Message}",
                exception
            )
            {
                TableRoot = root,
            };
        }
    }

    private static void RequireSupported(string? from, string? to, string path, Uri root)
    {
        if (from is null || to is null || !IsWider(Type(from), Type(to)))
        {
            throw new DeltaLogException(
                DeltaLogError.UnsupportedType,
                $"Column '{path}' of '{root}' has changed its type from {from} to {to}, which is not supported."
            )
            {
                TableRoot = root,
            };
        }
    }

    private static DeltaType Type(string name) =>
        SchemaJson
            .Parse(
                $$$"""{"type":"struct","fields":[{"name":"type","type":{{{JsonSerializer.Serialize(name, JsonText.Options)}}},"nullable":true,"metadata":{}}]}"""
            )
            .Fields[0]
            .Type;

    private static IEnumerable<StructField> Nested(DeltaType type) =>
        type switch
        {
            StructType structure => structure.Fields,
            ArrayType array => Nested(array.ElementType),
            MapType map => Nested(map.KeyType).Concat(Nested(map.ValueType)),
            _ => [],
        };
}
