using System.Collections.Immutable;
using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Writing;

/// <summary>The columns of a SELECT, and how they become a table's.</summary>
internal sealed class SourceColumns
{
    private readonly ImmutableArray<DuckDbField> columns;

    private SourceColumns(ImmutableArray<DuckDbField> columns) => this.columns = columns;

    public static SourceColumns Of(DuckDbConnection connection, string selectSql, Uri root)
    {
        using var result = connection.Query($"SELECT * FROM ({selectSql}) LIMIT 0");
        var twice = result.Columns.GroupBy(column => column.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? new SourceColumns(result.Columns) : throw Invalid(root, $"two columns are named '{twice.Key}'");
    }

    /// <summary>The source's name of a column of the table; <see langword="null"/> where it has none.</summary>
    public string? Find(string name) => columns.FirstOrDefault(column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase))?.Name;

    /// <summary>The SELECT with exactly the table's columns, in their order, cast to their types. Columns it lacks are null.</summary>
    public string Project(string selectSql, StructType schema, Uri root)
    {
        if (columns.FirstOrDefault(column => schema.Find(column.Name) is null) is { } unknown)
            throw Invalid(root, $"the table has no column '{unknown.Name}'");
        return $"SELECT {string.Join(", ", schema.Fields.Select(field => $"{Value(field, "s.")} AS {SqlText.Identifier(field.Name)}"))} FROM ({selectSql}) s";
    }

    /// <summary>The value for a column of the table, cast to its type.</summary>
    public string Value(StructField field, string prefix) =>
        Find(field.Name) is { } name
            ? $"CAST({prefix}{SqlText.Identifier(name)} AS {DuckDbTypes.Sql(field.Type)})"
            : $"CAST(NULL AS {DuckDbTypes.Sql(field.Type)})";

    private static DeltaLogException Invalid(Uri root, string reason) =>
        new(DeltaLogError.InvalidData, $"The rows do not fit the table '{root}': {reason}.") { TableRoot = root };
}
