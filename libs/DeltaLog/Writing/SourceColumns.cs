using System.Collections.Immutable;
using Tideway.DeltaLog.Rules;
using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Writing;

/// <summary>The columns of a SELECT, and how they become a table's.</summary>
internal sealed class SourceColumns
{
    private readonly ImmutableArray<DuckDbField> columns;
    private readonly Uri root;

    private SourceColumns(ImmutableArray<DuckDbField> columns, Uri root)
    {
        this.columns = columns;
        this.root = root;
    }

    public static SourceColumns Of(DuckDbConnection connection, string selectSql, Uri root)
    {
        using var result = connection.Query($"SELECT * FROM ({selectSql}) LIMIT 0");
        var twice = result.Columns.GroupBy(column => column.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? new SourceColumns(result.Columns, root) : throw Invalid($"two columns are named '{twice.Key}'", root);
    }

    /// <summary>The source's name of a column of the table; <see langword="null"/> where it has none.</summary>
    public string? Find(string name) => columns.FirstOrDefault(column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase))?.Name;

    /// <summary>
    /// The SELECT with exactly the table's columns, in their order, cast to their types, by the table's rules. Columns it lacks are generated,
    /// have their default, or are null.
    /// </summary>
    public string Project(string selectSql, StructType schema, RowRules rules)
    {
        if (columns.FirstOrDefault(column => schema.Find(column.Name) is null) is { } unknown)
            throw Invalid($"the table has no column '{unknown.Name}'", root);
        RequireIdentitiesFree(rules, except: []);
        var values = schema
            .Fields.Select(field => (field.Name, Value: Value(field, "s.", rules)))
            .Where(pair => pair.Value is not null)
            .Select(pair => $"{pair.Value} AS {SqlText.Identifier(pair.Name)}");
        var given = $"SELECT {string.Join(", ", values)} FROM ({selectSql}) s";
        return rules.Checked($"SELECT {RewriteSql.Names(schema)} FROM ({rules.Complete(given, Lacking(schema, rules))})");
    }

    /// <summary>The value for a column of the table, cast to its type; <see langword="null"/> for one that must be generated.</summary>
    public string? Value(StructField field, string prefix, RowRules rules) =>
        Find(field.Name) is { } name ? $"CAST({prefix}{SqlText.Identifier(name)} AS {DuckDbTypes.Sql(field.Type)})" : rules.Missing(field);

    /// <summary>Generated columns that the source lacks.</summary>
    public IEnumerable<StructField> Lacking(StructType schema, RowRules rules) =>
        schema.Fields.Where(field => rules.IsGenerated(field) && Find(field.Name) is null);

    /// <summary>Identity columns that the source lacks.</summary>
    public IEnumerable<IdentityColumn> MissingIdentities(RowRules rules) => rules.Identities.Values.Where(identity => Find(identity.Field.Name) is null);

    /// <summary>Throws <see cref="DeltaLogError.InvalidData"/> where the source has values for an identity column that takes none.</summary>
    public void RequireIdentitiesFree(RowRules rules, IReadOnlyCollection<string> except)
    {
        var taken = rules.Identities.Values.FirstOrDefault(identity =>
            !identity.AllowsExplicit && Find(identity.Field.Name) is not null && !except.Contains(identity.Field.Name, StringComparer.OrdinalIgnoreCase)
        );
        if (taken is not null)
            throw Invalid($"the values of the identity column '{taken.Field.Name}' are given by the table and cannot be among the rows", root);
    }

    private static DeltaLogException Invalid(string reason, Uri root) =>
        new(DeltaLogError.InvalidData, $"The rows do not fit the table '{root}': {reason}.") { TableRoot = root };
}
