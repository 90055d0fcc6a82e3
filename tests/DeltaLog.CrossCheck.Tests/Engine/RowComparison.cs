using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.CrossCheck.Tests.Engine;

/// <summary>
/// Compares the rows of two SELECTs, whatever their order. The other engine hands its rows over as a Parquet file, so that values keep their
/// types. It knows no null for lists, maps and structs: those are an empty one and one of nulls there, and count as such on both sides.
/// </summary>
internal sealed class RowComparison(DuckDbConnection connection, IndependentEngine engine, string folder)
{
    private int files;

    /// <summary>Fails unless the table that both engines read holds the same rows.</summary>
    public async Task SameAsync(string ourSql, StructType schema, string theirSql, string because)
    {
        var file = Path.Combine(folder, $"rows-{files++}.parquet");
        await engine.QueryAsync($"{theirSql} INTO OUTFILE {EngineSql.Text(file)} TRUNCATE FORMAT Parquet SETTINGS {EngineSql.ParquetSettings}");
        try
        {
            Same(ourSql, $"SELECT * FROM read_parquet({SqlText.Literal(file)})", schema, because);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Fails unless both SELECTs have the same rows.</summary>
    public void Same(string ourSql, string theirSql, StructType schema, string because)
    {
        var names = string.Join(", ", schema.Fields.Select(field => SqlText.Identifier(field.Name)));
        connection.Execute($"CREATE OR REPLACE TEMP TABLE ours AS SELECT {string.Join(", ", schema.Fields.Select(Ours))} FROM ({ourSql})");
        connection.Execute($"CREATE OR REPLACE TEMP TABLE theirs AS SELECT {string.Join(", ", schema.Fields.Select(Theirs))} FROM ({theirSql})");
        var missing = Difference($"SELECT {names} FROM theirs EXCEPT ALL SELECT {names} FROM ours");
        var extra = Difference($"SELECT {names} FROM ours EXCEPT ALL SELECT {names} FROM theirs");
        if (missing.Count + extra.Count > 0)
            Assert.Fail($"{because}: rows differ.\nOnly there:\n{string.Join('\n', missing)}\nOnly here:\n{string.Join('\n', extra)}");
    }

    private static string Ours(StructField field) => $"{Canonical(field.Type, SqlText.Identifier(field.Name), 0)} AS {SqlText.Identifier(field.Name)}";

    private static string Theirs(StructField field)
    {
        var value = $"CAST({FromBytes(field.Type, SqlText.Identifier(field.Name), 0)} AS {DuckDbTypes.Sql(field.Type)})";
        return $"{Canonical(field.Type, value, 0)} AS {SqlText.Identifier(field.Name)}";
    }

    // Texts come as bytes.
    private static string FromBytes(DeltaType type, string value, int depth)
    {
        var item = $"b{depth}";
        return type switch
        {
            PrimitiveType { Kind: PrimitiveKind.String or PrimitiveKind.Variant } => $"decode({value})",
            ArrayType array => $"list_transform({value}, lambda {item}: {FromBytes(array.ElementType, item, depth + 1)})",
            MapType map =>
                $"map_from_entries(list_transform(map_entries({value}), lambda {item}: struct_pack(k := {FromBytes(map.KeyType, $"{item}.key", depth + 1)}, v := {FromBytes(map.ValueType, $"{item}.value", depth + 1)})))",
            StructType structure =>
                $"struct_pack({string.Join(", ", structure.Fields.Select(inner => $"{SqlText.Identifier(inner.Name)} := {FromBytes(inner.Type, $"({value}).{SqlText.Identifier(inner.Name)}", depth)}"))})",
            _ => value,
        };
    }

    private static string Canonical(DeltaType type, string value, int depth)
    {
        var item = $"i{depth}";
        return type switch
        {
            ArrayType array => $"coalesce(list_transform({value}, lambda {item}: {Canonical(array.ElementType, item, depth + 1)}), [])",
            // Entries in the order of their keys, as a list: the order in a map means nothing.
            MapType map =>
                $"coalesce(list_sort(list_transform(map_entries({value}), lambda {item}: struct_pack(k := {Canonical(map.KeyType, $"{item}.key", depth + 1)}, v := {Canonical(map.ValueType, $"{item}.value", depth + 1)}))), [])",
            StructType structure =>
                $"struct_pack({string.Join(", ", structure.Fields.Select(inner => $"{SqlText.Identifier(inner.Name)} := {Canonical(inner.Type, $"({value}).{SqlText.Identifier(inner.Name)}", depth)}"))})",
            // Negative zero equals zero for both engines' operators, and NaN itself.
            PrimitiveType { Kind: PrimitiveKind.Float or PrimitiveKind.Double } => $"{value} + 0",
            _ => value,
        };
    }

    private List<string> Difference(string sql)
    {
        using var result = connection.Query($"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({sql}) LIMIT 5");
        return [.. result.Rows().Select(row => string.Join(" | ", row.Select(value => value ?? "null")))];
    }
}
