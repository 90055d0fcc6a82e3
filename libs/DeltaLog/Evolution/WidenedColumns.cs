using System.Text.Json.Nodes;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Schema;

namespace Tideway.DeltaLog.Evolution;

/// <summary>
/// Gives a column a wider type, and records that in the schema.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#type-change-metadata">Type Change Metadata</see>.
/// </summary>
internal static class WidenedColumns
{
    private const string ChangesKey = "delta.typeChanges";

    /// <summary>The field with the type at the end of <paramref name="inside"/> (names such as <c>element</c>) widened.</summary>
    public static StructField Widen(TableDraft draft, StructField field, IReadOnlyList<string> inside, DeltaType to)
    {
        DeltaType? from = null;
        var type = SchemaEdit.Inside(
            field.Type,
            inside,
            found =>
            {
                from = found;
                return to;
            }
        );
        var name = string.Join('.', inside.Prepend(field.Name));
        if (from!.Equals(to))
            return field;
        // A column of nothing but nulls can become anything.
        if (from is PrimitiveType { Kind: PrimitiveKind.Void })
            return field with { Type = type };
        if (!TypeWidening.IsWider(from, to))
            throw draft.Refuse(
                DeltaLogError.UnsupportedType,
                $"Column '{name}' of '{draft.Root}' cannot be widened from {TypeText.Write(from)} to {TypeText.Write(to)}: that is no change without loss."
            );
        return field with { Type = type, Metadata = Record(field, inside, from, to) };
    }

    private static Dictionary<string, string> Record(StructField field, IReadOnlyList<string> inside, DeltaType from, DeltaType to)
    {
        var changes = field.Metadata.TryGetValue(ChangesKey, out var json) ? JsonNode.Parse(json)!.AsArray() : [];
        var change = new JsonObject { ["fromType"] = TypeText.Write(from), ["toType"] = TypeText.Write(to) };
        if (inside.Count > 0)
            change["fieldPath"] = string.Join('.', inside.Select(name => name.ToLowerInvariant()));
        changes.Add((JsonNode)change);
        return new Dictionary<string, string>(field.Metadata, StringComparer.Ordinal) { [ChangesKey] = changes.ToJsonString(JsonText.Options) };
    }
}
