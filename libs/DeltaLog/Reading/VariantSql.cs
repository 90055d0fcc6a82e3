using Tideway.DuckDb;

namespace Tideway.DeltaLog.Reading;

/// <summary>
/// Variants of data files as JSON. Parquet has an annotation for them that DuckDB heeds; files without it give their two parts, the names and the
/// value, in the fields of a struct.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#variant-data-in-parquet">Variant data in Parquet</see>.
/// </summary>
internal static class VariantSql
{
    private const string Shredded =
        "The column holds shredded variants without Parquet's annotation for them (feature variantShredding), which cannot be read.";

    /// <summary>The JSON of <paramref name="value"/>, an expression of the type VARIANT; null stays null, and is not the variant that is null.</summary>
    public static string Json(string value)
    {
        var (type, metadata, bytes) = ($"variant_typeof({value})", $"variant_extract({value}, 'metadata')", $"variant_extract({value}, 'value')");
        return $"CASE WHEN {value} IS NULL THEN NULL"
            + $" WHEN {type} IN ('OBJECT(value, metadata)', 'OBJECT(metadata, value)') AND variant_typeof({metadata}) = 'BLOB'"
            + $" THEN CAST(variant_bytes_to_variant(CAST({metadata} AS BLOB) || CAST({bytes} AS BLOB)) AS JSON)"
            + $" WHEN {type} LIKE 'OBJECT(%' AND contains({type}, 'metadata') AND contains({type}, 'typed_value') AND variant_typeof({metadata}) = 'BLOB'"
            + $" THEN error({SqlText.Literal(Shredded)})"
            + $" ELSE CAST({value} AS JSON) END";
    }
}
