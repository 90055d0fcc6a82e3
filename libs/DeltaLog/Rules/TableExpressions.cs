using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Rules;

/// <summary>Brings the expressions of a table into DuckDB's words, or refuses them.</summary>
internal sealed class TableExpressions(DuckDbConnection connection, StructType schema, Uri root)
{
    private string? nothing;

    // One row without values, to bind expressions to.
    private string Nothing =>
        nothing ??=
            $"SELECT {string.Join(", ", schema.Fields.Select(column => $"CAST(NULL AS {DuckDbTypes.Sql(column.Type)}) AS {SqlText.Identifier(column.Name)}"))}";

    /// <summary>A condition on the table's columns, and which those are.</summary>
    public (string Sql, IReadOnlyList<StructField> Columns) Condition(string feature, string rule, string text) =>
        Bind(feature, rule, text, "BOOLEAN", isDefault: false);

    /// <summary>A value for a column, and the columns it comes from.</summary>
    public (string Sql, IReadOnlyList<StructField> Columns) Value(string feature, string rule, string text, StructField field, bool isDefault) =>
        Bind(feature, rule, text, DuckDbTypes.Sql(field.Type), isDefault);

    public DeltaLogException Refuse(string feature, string rule, string text, string reason) =>
        new(
            DeltaLogError.UnsupportedWriterFeature,
            $"Rows cannot be written to '{root}': {rule} (feature {feature}) cannot be kept: {text}. The reason: {reason}."
        )
        {
            TableRoot = root,
        };

    private (string Sql, IReadOnlyList<StructField> Columns) Bind(string feature, string rule, string text, string type, bool isDefault)
    {
        try
        {
            var sql = SparkSql.Translate(text, word => schema.Find(word) is not null);
            var serialized = connection.Scalar<string>($"SELECT json_serialize_sql({SqlText.Literal($"SELECT ({sql})")})")!;
            var shape = ExpressionShape.Of(serialized, isDefault);
            var columns = shape.Columns.Select(schema.Find).OfType<StructField>().ToList();
            if (isDefault && columns.Count > 0)
                throw new FormatException($"it needs the column '{columns[0].Name}'");
            using (connection.Prepare($"SELECT CAST(({sql}) AS {type}) FROM ({Nothing})")) { }
            return (sql, columns);
        }
        catch (FormatException exception)
        {
            throw Refuse(feature, rule, text, exception.Message);
        }
        catch (DuckDbException exception)
        {
            throw Refuse(feature, rule, text, exception.Message.Split('\n')[0].TrimEnd('.'));
        }
    }
}
