using System.Collections.Immutable;
using Tideway.DuckDb.Native;

namespace Tideway.DuckDb;

/// <summary>A named part of a STRUCT, a member of a UNION, or a column of a result.</summary>
/// <param name="Name">Its name; empty in a STRUCT made by <c>row()</c>.</param>
/// <param name="Type">Its type.</param>
public sealed record DuckDbField(string Name, DuckDbType Type);

/// <summary>A DuckDB type with its parameters and the types inside.</summary>
public sealed class DuckDbType
{
    private DuckDbType(DuckDbTypeKind kind) => Kind = kind;

    /// <summary>The type without its parameters.</summary>
    public DuckDbTypeKind Kind { get; }

    /// <summary>The name that the type was given in SQL, such as <c>JSON</c>, or null.</summary>
    public string? Alias { get; private init; }

    /// <summary>DECIMAL: all digits, 1 to 38; else 0.</summary>
    public int Width { get; private init; }

    /// <summary>DECIMAL: the digits after the point; else 0.</summary>
    public int Scale { get; private init; }

    /// <summary>LIST and ARRAY: the type of the elements. MAP: a STRUCT of <c>key</c> and <c>value</c>. Else null.</summary>
    public DuckDbType? ElementType { get; private init; }

    /// <summary>ARRAY: the elements of each row; else 0.</summary>
    public int ArraySize { get; private init; }

    /// <summary>STRUCT: the fields. UNION: the members. Else empty.</summary>
    public ImmutableArray<DuckDbField> Fields { get; private init; } = [];

    /// <summary>ENUM: the names in the order of their indexes; else empty.</summary>
    public ImmutableArray<string> EnumNames { get; private init; } = [];

    /// <summary>MAP: the type of the keys; else null.</summary>
    public DuckDbType? KeyType => Kind == DuckDbTypeKind.Map ? ElementType!.Fields[0].Type : null;

    /// <summary>MAP: the type of the values; else null.</summary>
    public DuckDbType? ValueType => Kind == DuckDbTypeKind.Map ? ElementType!.Fields[1].Type : null;

    /// <summary>The type as SQL writes it.</summary>
    public override string ToString() =>
        Kind switch
        {
            DuckDbTypeKind.Decimal => $"DECIMAL({Width},{Scale})",
            DuckDbTypeKind.List => $"{ElementType}[]",
            DuckDbTypeKind.Array => $"{ElementType}[{ArraySize}]",
            DuckDbTypeKind.Map => $"MAP({KeyType}, {ValueType})",
            DuckDbTypeKind.Struct => $"STRUCT({FieldList()})",
            DuckDbTypeKind.Union => $"UNION({FieldList()})",
            DuckDbTypeKind.Enum => $"ENUM({string.Join(", ", EnumNames.Select(SqlText.Literal))})",
            DuckDbTypeKind.TimeTz => "TIME WITH TIME ZONE",
            DuckDbTypeKind.TimestampTz => "TIMESTAMP WITH TIME ZONE",
            DuckDbTypeKind.TimestampS => "TIMESTAMP_S",
            DuckDbTypeKind.TimestampMs => "TIMESTAMP_MS",
            DuckDbTypeKind.TimestampNs => "TIMESTAMP_NS",
            DuckDbTypeKind.TimeNs => "TIME_NS",
            _ => Kind.ToString().ToUpperInvariant(),
        };

    internal static DuckDbType Read(LogicalTypeHandle type)
    {
        var kind = NativeMethods.duckdb_get_type_id(type);
        var alias = NativeMethods.duckdb_logical_type_get_alias(type);
        return kind switch
        {
            DuckDbTypeKind.Decimal => new DuckDbType(kind)
            {
                Alias = alias,
                Width = NativeMethods.duckdb_decimal_width(type),
                Scale = NativeMethods.duckdb_decimal_scale(type),
            },
            DuckDbTypeKind.Enum => new DuckDbType(kind) { Alias = alias, EnumNames = ReadEnumNames(type) },
            DuckDbTypeKind.List => new DuckDbType(kind) { Alias = alias, ElementType = ReadOwned(NativeMethods.duckdb_list_type_child_type(type)) },
            DuckDbTypeKind.Array => new DuckDbType(kind)
            {
                Alias = alias,
                ElementType = ReadOwned(NativeMethods.duckdb_array_type_child_type(type)),
                ArraySize = checked((int)NativeMethods.duckdb_array_type_array_size(type)),
            },
            DuckDbTypeKind.Map => new DuckDbType(kind) { Alias = alias, ElementType = ReadMapEntry(type) },
            DuckDbTypeKind.Struct => new DuckDbType(kind) { Alias = alias, Fields = ReadFields(type) },
            DuckDbTypeKind.Union => new DuckDbType(kind) { Alias = alias, Fields = ReadMembers(type) },
            _ => new DuckDbType(kind) { Alias = alias },
        };
    }

    internal static DuckDbType ReadOwned(LogicalTypeHandle type)
    {
        using (type)
            return Read(type);
    }

    /// <summary>The tag of a UNION, which its vector stores as the first child.</summary>
    internal static DuckDbType UnionTag { get; } = new(DuckDbTypeKind.UTinyInt);

    private static DuckDbType ReadMapEntry(LogicalTypeHandle type) =>
        new(DuckDbTypeKind.Struct)
        {
            Fields =
            [
                new DuckDbField("key", ReadOwned(NativeMethods.duckdb_map_type_key_type(type))),
                new DuckDbField("value", ReadOwned(NativeMethods.duckdb_map_type_value_type(type))),
            ],
        };

    private static ImmutableArray<string> ReadEnumNames(LogicalTypeHandle type)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        var count = NativeMethods.duckdb_enum_dictionary_size(type);
        for (uint i = 0; i < count; i++)
            names.Add(NativeMethods.duckdb_enum_dictionary_value(type, i) ?? "");
        return names.ToImmutable();
    }

    private static ImmutableArray<DuckDbField> ReadFields(LogicalTypeHandle type)
    {
        var fields = ImmutableArray.CreateBuilder<DuckDbField>();
        var count = NativeMethods.duckdb_struct_type_child_count(type);
        for (ulong i = 0; i < count; i++)
        {
            var name = NativeMethods.duckdb_struct_type_child_name(type, i) ?? "";
            fields.Add(new DuckDbField(name, ReadOwned(NativeMethods.duckdb_struct_type_child_type(type, i))));
        }

        return fields.ToImmutable();
    }

    private static ImmutableArray<DuckDbField> ReadMembers(LogicalTypeHandle type)
    {
        var members = ImmutableArray.CreateBuilder<DuckDbField>();
        var count = NativeMethods.duckdb_union_type_member_count(type);
        for (ulong i = 0; i < count; i++)
        {
            var name = NativeMethods.duckdb_union_type_member_name(type, i) ?? "";
            members.Add(new DuckDbField(name, ReadOwned(NativeMethods.duckdb_union_type_member_type(type, i))));
        }

        return members.ToImmutable();
    }

    private string FieldList() =>
        string.Join(", ", Fields.Select(field => field.Name.Length == 0 ? $"{field.Type}" : $"{SqlText.Identifier(field.Name)} {field.Type}"));
}
