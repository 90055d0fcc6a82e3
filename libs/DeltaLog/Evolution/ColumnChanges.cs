using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Evolution;

/// <summary>
/// What may be done to the columns of a table that has rows.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#column-mapping">Column Mapping</see>.
/// </summary>
internal static class ColumnChanges
{
    // Names that Parquet readers of other engines do not take; mapped columns have other names in files.
    private static readonly SearchValues<char> NotInFiles = SearchValues.Create(" ,;{}()\n\t=");

    private static readonly string[] ChangeColumns = ["_change_type", "_commit_version", "_commit_timestamp"];

    public static void Add(TableDraft draft, IReadOnlyList<string> path, DeltaType type, string? after, string? comment)
    {
        RequireName(draft, path, path[^1]);
        foreach (var (inner, _) in SchemaEdit.All(type))
            RequireName(draft, [.. path, .. inner], inner[^1]);
        if (type.Contains(part => part is PrimitiveType { Kind: PrimitiveKind.Void }))
            throw draft.Refuse(
                DeltaLogError.InvalidData,
                $"Column '{ColumnPath.Write(path)}' cannot be added to '{draft.Root}': void is no type for new columns."
            );
        var field = new StructField(path[^1], type);
        if (comment is not null)
            field = field with
            {
                Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["comment"] = JsonSerializer.Serialize(comment, JsonText.Options) },
            };
        if (draft.Mode != ColumnMappingMode.None)
        {
            var mapped = new MappedColumns(MappedColumns.HighestOf(draft.Metadata, draft.Schema), keepNames: false);
            field = mapped.Assign(field);
            draft.Set(MappedColumns.MaxIdProperty, mapped.Highest.ToString(CultureInfo.InvariantCulture));
        }

        draft.Set(SchemaEdit.Fields(draft.Schema, [.. path.SkipLast(1)], fields => Insert(draft, fields, field, path, after)));
    }

    public static void Rename(TableDraft draft, Snapshot snapshot, IReadOnlyList<string> path, string name)
    {
        var field = SchemaEdit.Find(draft.Schema, path);
        if (field.Name == name)
            return;
        RequireMapped(draft, path, "renamed");
        RequireName(draft, path, name);
        ColumnUse.RequireNoRule(draft, path, "renamed");
        ColumnUse.RequireNoLayout(draft, snapshot, path, "renamed", isRename: true);
        draft.Set(
            SchemaEdit.Fields(
                draft.Schema,
                [.. path.SkipLast(1)],
                fields =>
                {
                    RequireFree(draft, fields.Where(other => !ReferenceEquals(other, field)), [.. path.SkipLast(1), name]);
                    return fields.Select(other => ReferenceEquals(other, field) ? other with { Name = name } : other);
                }
            )
        );
        if (path.Count == 1 && draft.Metadata.PartitionColumns.Contains(field.Name))
            draft.Set(draft.Metadata with { PartitionColumns = [.. draft.Metadata.PartitionColumns.Select(column => column == field.Name ? name : column)] });
    }

    public static void Drop(TableDraft draft, Snapshot snapshot, IReadOnlyList<string> path)
    {
        var field = SchemaEdit.Find(draft.Schema, path);
        RequireMapped(draft, path, "dropped");
        ColumnUse.RequireNoRule(draft, path, "dropped");
        ColumnUse.RequireNoLayout(draft, snapshot, path, "dropped", isRename: false);
        draft.Set(
            SchemaEdit.Fields(
                draft.Schema,
                [.. path.SkipLast(1)],
                fields =>
                    fields.Count > 1
                        ? fields.Where(other => !ReferenceEquals(other, field))
                        : throw draft.Refuse(
                            DeltaLogError.ColumnInUse,
                            $"Column '{ColumnPath.Write(path)}' of '{draft.Root}' cannot be dropped: it is the only one there."
                        )
            )
        );
        var left = draft.Schema.Fields.Count(column => !draft.Metadata.PartitionColumns.Contains(column.Name));
        if (left == 0)
            throw draft.Refuse(
                DeltaLogError.ColumnInUse,
                $"Column '{ColumnPath.Write(path)}' of '{draft.Root}' cannot be dropped: only partition columns would be left."
            );
    }

    public static void Widen(TableDraft draft, IReadOnlyList<string> path, DeltaType type)
    {
        var changesType = false;
        var schema = SchemaEdit.TypeOf(
            draft.Schema,
            path,
            (field, inside) =>
            {
                var widened = WidenedColumns.Widen(draft, field, inside, type);
                changesType = widened.Metadata.Count != field.Metadata.Count || !ReferenceEquals(widened.Metadata, field.Metadata);
                return widened;
            }
        );
        if (changesType && !draft.Metadata.IsEnabled(TableProperties.EnableTypeWidening))
            throw draft.Refuse(
                DeltaLogError.InvalidProperty,
                $"Column '{ColumnPath.Write(path)}' of '{draft.Root}' can only be widened where the property {TableProperties.EnableTypeWidening} is true."
            );
        if (!schema.Equals(draft.Schema))
            ColumnUse.RequireNoRule(draft, path, "widened");
        draft.Set(schema);
    }

    public static void AllowNulls(TableDraft draft, IReadOnlyList<string> path) =>
        draft.Set(
            SchemaEdit.TypeOf(
                draft.Schema,
                path,
                (field, inside) =>
                    inside.Count == 0
                        ? field with
                        {
                            Nullable = true,
                        }
                        : field with
                        {
                            Type = SchemaEdit.Inside(field.Type, [.. inside.SkipLast(1)], outer => WithNulls(draft, outer, path)),
                        }
            )
        );

    private static DeltaType WithNulls(TableDraft draft, DeltaType outer, IReadOnlyList<string> path) =>
        outer switch
        {
            ArrayType array => array with { ContainsNull = true },
            MapType map when string.Equals(path[^1], "value", StringComparison.OrdinalIgnoreCase) => map with { ValueContainsNull = true },
            _ => throw draft.Refuse(DeltaLogError.InvalidData, $"'{ColumnPath.Write(path)}' of '{draft.Root}' cannot be null: keys of maps never are."),
        };

    private static IEnumerable<StructField> Insert(
        TableDraft draft,
        IReadOnlyList<StructField> fields,
        StructField field,
        IReadOnlyList<string> path,
        string? after
    )
    {
        RequireFree(draft, fields, path);
        var at = fields.Count;
        if (after is { Length: 0 })
            at = 0;
        else if (after is not null)
            at = fields.TakeWhile(other => !SchemaEdit.IsNamed(other, after)).Count() + 1;
        if (at > fields.Count)
            throw draft.Refuse(
                DeltaLogError.InvalidData,
                $"Expected a column '{after}' beside the new '{ColumnPath.Write(path)}' of '{draft.Root}', found none."
            );
        return [.. fields.Take(at), field, .. fields.Skip(at)];
    }

    private static void RequireFree(TableDraft draft, IEnumerable<StructField> fields, IReadOnlyList<string> path)
    {
        if (fields.Any(field => SchemaEdit.IsNamed(field, path[^1])))
            throw draft.Refuse(DeltaLogError.ColumnExists, $"There is a column '{ColumnPath.Write(path)}' in '{draft.Root}' already.");
    }

    private static void RequireMapped(TableDraft draft, IReadOnlyList<string> path, string what)
    {
        if (draft.Mode == ColumnMappingMode.None)
            throw draft.Refuse(
                DeltaLogError.InvalidProperty,
                $"Column '{ColumnPath.Write(path)}' of '{draft.Root}' can only be {what} where columns are mapped: set the property {ColumnMapping.ModeProperty} to name first."
            );
    }

    private static void RequireName(TableDraft draft, IReadOnlyList<string> path, string name)
    {
        if (name.Length == 0 || name.Any(char.IsControl) || (draft.Mode == ColumnMappingMode.None && name.AsSpan().ContainsAny(NotInFiles)))
            throw draft.Refuse(
                DeltaLogError.InvalidData,
                $"'{name}' is no name for a column of '{draft.Root}': without mapped columns ({ColumnMapping.ModeProperty}) spaces and ,;{{}}()= are not allowed."
            );
        if (path.Count == 1 && draft.Metadata.IsEnabled(TableProperties.EnableChangeDataFeed) && ChangeColumns.Contains(name, StringComparer.OrdinalIgnoreCase))
            throw draft.Refuse(
                DeltaLogError.InvalidData,
                $"'{name}' is no name for a column of '{draft.Root}': its change data feed has a column of that name."
            );
    }
}
