using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Writing;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Rules;

/// <summary>A condition that every new row must meet.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Text">The condition as the table has it.</param>
/// <param name="Sql">The same in DuckDB's words; only true will do.</param>
/// <param name="Columns">The columns to show of a row that does not meet it.</param>
internal sealed record RowCondition(string Name, string Text, string Sql, IReadOnlyList<StructField> Columns);

/// <summary>
/// What a table asks of new rows: columns that are not null, CHECK constraints, invariants, generated columns, identities and defaults.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#column-invariants">Column Invariants</see>,
/// <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#check-constraints">CHECK Constraints</see>,
/// <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#generated-columns">Generated Columns</see> and
/// <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#default-columns">Default Columns</see>.
/// </summary>
internal sealed class RowRules
{
    private readonly StructType schema;
    private readonly List<RowCondition> conditions = [];
    private readonly Dictionary<string, string> generated = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> defaults = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IdentityColumn> identities = new(StringComparer.Ordinal);

    private RowRules(StructType schema) => this.schema = schema;

    /// <summary>The identity columns, by name.</summary>
    public IReadOnlyDictionary<string, IdentityColumn> Identities => identities;

    /// <summary>Reads the rules; <see cref="DeltaLogError.UnsupportedWriterFeature"/>, naming the feature and the rule, for one that could not be kept.</summary>
    public static RowRules Of(DuckDbConnection connection, Protocol protocol, Metadata metadata, StructType schema, Uri root)
    {
        var rules = new RowRules(schema);
        var expressions = new TableExpressions(connection, schema, root);
        foreach (var (name, text) in TableConstraints.Of(protocol, metadata))
        {
            var (sql, columns) = expressions.Condition(TableFeatures.CheckConstraints, $"the constraint '{name}'", text);
            rules.conditions.Add(new RowCondition($"the constraint '{name}'", text, sql, columns));
        }

        foreach (var (path, field, repeated) in ColumnMetadata.AllFields(schema))
            rules.Read(expressions, protocol, path, field, repeated);
        return rules;
    }

    /// <summary>The value of a column that the rows lack; <see langword="null"/> for one that is generated from the others.</summary>
    public string? Missing(StructField field)
    {
        if (generated.ContainsKey(field.Name))
            return null;
        if (identities.TryGetValue(field.Name, out var identity))
            return identity.Sql;
        return $"CAST({defaults.GetValueOrDefault(field.Name, "NULL")} AS {DuckDbTypes.Sql(field.Type)})";
    }

    /// <summary>Whether the column is generated from others.</summary>
    public bool IsGenerated(StructField field) => generated.ContainsKey(field.Name);

    /// <summary>Adds the generated columns of those names to a SELECT that has all other columns of the table.</summary>
    public string Complete(string selectSql, IEnumerable<StructField> lacking)
    {
        var added = lacking.Select(field => $"CAST(({generated[field.Name]}) AS {DuckDbTypes.Sql(field.Type)}) AS {SqlText.Identifier(field.Name)}").ToList();
        return added.Count == 0 ? selectSql : $"SELECT *, {string.Join(", ", added)} FROM ({selectSql})";
    }

    /// <summary>The rows of a SELECT that has all columns of the table, and fails at the first row that breaks a rule.</summary>
    public string Checked(string selectSql)
    {
        var replaced = new List<string>();
        for (var index = 0; index < schema.Fields.Count; index++)
        {
            var (field, name) = (schema.Fields[index], SqlText.Identifier(schema.Fields[index].Name));
            var guarded = NullGuardSql.Guard(field, name);
            // One column carries all conditions: a projection is computed for the rows that are left, where a filter could run before others.
            if (index == 0 && conditions.Count > 0)
                guarded = $"CASE {string.Join(" ", conditions.Select(When))} ELSE {guarded} END";
            if (guarded != name)
                replaced.Add($"{guarded} AS {name}");
        }

        return replaced.Count == 0 ? selectSql : $"SELECT * REPLACE ({string.Join(", ", replaced)}) FROM ({selectSql})";
    }

    /// <summary>Counts the rows of a SELECT that break a condition; <see langword="null"/> where there is no condition.</summary>
    public string? CountBroken(string selectSql) =>
        conditions.Count == 0
            ? null
            : $"SELECT count(*) FROM ({selectSql}) WHERE {string.Join(" OR ", conditions.Select(condition => $"({condition.Sql}) IS NOT TRUE"))}";

    private static string When(RowCondition condition)
    {
        var text = $"A row breaks {condition.Name} ({condition.Text})";
        var values = condition.Columns.Select(field =>
            $"{SqlText.Literal($"{field.Name} = ")} || coalesce(left(CAST({SqlText.Identifier(field.Name)} AS VARCHAR), 100), 'null')"
        );
        var shown =
            condition.Columns.Count == 0 ? $"{SqlText.Literal(text + ".")}" : $"{SqlText.Literal(text + ": ")} || {string.Join(" || ', ' || ", values)} || '.'";
        return $"WHEN ({condition.Sql}) IS NOT TRUE THEN error({shown})";
    }

    private void Read(TableExpressions expressions, Protocol protocol, string path, StructField field, bool repeated)
    {
        if (field.Type is PrimitiveType { Kind: PrimitiveKind.Void } && schema.Fields.Contains(field))
            conditions.Add(new RowCondition($"the type of column '{path}'", "void: only nulls", $"{SqlText.Identifier(field.Name)} IS NULL", [field]));
        var isTop = ReferenceEquals(schema.Fields.FirstOrDefault(column => column.Name == path), field);
        if (protocol.Has(TableFeatures.Invariants) && ColumnMetadata.Invariant(field) is { } invariant)
        {
            var name = $"the invariant of column '{path}'";
            if (repeated)
                throw expressions.Refuse(TableFeatures.Invariants, name, invariant, "it is inside a list or a map");
            var (sql, columns) = expressions.Condition(TableFeatures.Invariants, name, invariant);
            conditions.Add(new RowCondition(name, invariant, sql, columns));
        }

        if (protocol.Has(TableFeatures.GeneratedColumns) && ColumnMetadata.Text(field, ColumnMetadata.Generation) is { } generation)
        {
            var name = $"the expression of the generated column '{path}'";
            if (!isTop)
                throw expressions.Refuse(TableFeatures.GeneratedColumns, name, generation, "it is inside another column");
            var (sql, columns) = expressions.Value(TableFeatures.GeneratedColumns, name, generation, field, isDefault: false);
            generated[field.Name] = sql;
            var identifier = SqlText.Identifier(field.Name);
            conditions.Add(
                new RowCondition(name, generation, $"{identifier} IS NOT DISTINCT FROM CAST(({sql}) AS {DuckDbTypes.Sql(field.Type)})", [field, .. columns])
            );
        }

        if (protocol.Has(TableFeatures.ColumnDefaults) && ColumnMetadata.Text(field, ColumnMetadata.Default) is { } text)
        {
            var name = $"the default of column '{path}'";
            if (!isTop)
                throw expressions.Refuse(TableFeatures.ColumnDefaults, name, text, "it is inside another column");
            defaults[field.Name] = expressions.Value(TableFeatures.ColumnDefaults, name, text, field, isDefault: true).Sql;
        }

        if (protocol.Has(TableFeatures.IdentityColumns) && IdentityColumn.Of(field) is { } identity)
        {
            if (!isTop)
                throw expressions.Refuse(TableFeatures.IdentityColumns, $"the identity column '{path}'", "", "it is inside another column");
            identities[field.Name] = identity;
        }
    }
}
