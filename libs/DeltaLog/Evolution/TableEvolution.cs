using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Evolution;

/// <summary>
/// Changes the schema, properties and protocol of a table, each call in a commit of its own. A call that finds everything as asked commits nothing and
/// gives <see langword="null"/>. Where another writer was faster, it looks at the table again and tries once more. Beside the errors of commits, a column
/// that is not there or cannot be made is <see cref="DeltaLogError.InvalidData"/>, one that something else hangs on <see cref="DeltaLogError.ColumnInUse"/>.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#change-metadata">Change Metadata</see>.
/// </summary>
/// <param name="table">The table.</param>
/// <param name="onPlan">
/// Where given, nothing is committed: everything is looked at and refused as it would be, then a call says here what it would commit, and gives
/// <see langword="null"/>. It says nothing where everything is as asked.
/// </param>
public sealed class TableEvolution(DeltaTable table, Action<EvolutionPlan>? onPlan = null)
{
    private readonly EvolutionCommit commits = new(table, onPlan);

    /// <summary>
    /// Adds a column, or a field at the end of a path such as <c>address.zip</c> or <c>items.element.price</c>. It can be null, as the rows that are
    /// there have no value for it.
    /// </summary>
    /// <param name="path">The way to the new column, as <see cref="ColumnPath"/> reads it.</param>
    /// <param name="type">Its type.</param>
    /// <param name="after">The column or field that it comes after; the empty text for the first place, the last place where not given.</param>
    /// <param name="comment">What it is, for people.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<CommitResult?> AddColumnAsync(
        string path,
        DeltaType type,
        string? after = null,
        string? comment = null,
        CancellationToken cancellationToken = default
    )
    {
        var names = ColumnPath.Parse(path);
        return commits.RunAsync(
            "ADD COLUMNS",
            new() { ["column"] = path, ["type"] = TypeText.Write(type) },
            (draft, _) => ColumnChanges.Add(draft, names, type, after, comment),
            cancellationToken
        );
    }

    /// <summary>
    /// Gives a column or field another name. Needs columns that are mapped (<c>delta.columnMapping.mode</c> <c>name</c>), so that the files stay as they are.
    /// </summary>
    public Task<CommitResult?> RenameColumnAsync(string path, string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var names = ColumnPath.Parse(path);
        return commits.RunAsync(
            "RENAME COLUMN",
            new() { ["oldColumnPath"] = path, ["newColumnName"] = name },
            (draft, snapshot) => ColumnChanges.Rename(draft, snapshot, names, name),
            cancellationToken
        );
    }

    /// <summary>Drops a column or field. Needs columns that are mapped; the values stay in the files, unseen.</summary>
    public Task<CommitResult?> DropColumnAsync(string path, CancellationToken cancellationToken = default)
    {
        var names = ColumnPath.Parse(path);
        return commits.RunAsync(
            "DROP COLUMNS",
            new() { ["column"] = path },
            (draft, snapshot) => ColumnChanges.Drop(draft, snapshot, names),
            cancellationToken
        );
    }

    /// <summary>
    /// Gives a column, field, element, key or value a wider type. Needs <c>delta.enableTypeWidening</c>. A change that could lose something is
    /// <see cref="DeltaLogError.UnsupportedType"/>.
    /// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#type-widening">Type Widening</see>.
    /// </summary>
    public Task<CommitResult?> WidenColumnAsync(string path, DeltaType type, CancellationToken cancellationToken = default)
    {
        var names = ColumnPath.Parse(path);
        return commits.RunAsync(
            "CHANGE COLUMN",
            new() { ["column"] = path, ["type"] = TypeText.Write(type) },
            (draft, _) => ColumnChanges.Widen(draft, names, type),
            cancellationToken
        );
    }

    /// <summary>Allows nulls in a column or field that had none so far; in elements or values of a list or map likewise.</summary>
    public Task<CommitResult?> AllowNullsAsync(string path, CancellationToken cancellationToken = default)
    {
        var names = ColumnPath.Parse(path);
        return commits.RunAsync(
            "CHANGE COLUMN",
            new() { ["column"] = path, ["nullable"] = "true" },
            (draft, _) => ColumnChanges.AllowNulls(draft, names),
            cancellationToken
        );
    }

    /// <summary>
    /// Sets table properties, and raises the protocol where they need it: <c>delta.columnMapping.mode</c> <c>name</c> maps the columns,
    /// <c>delta.feature.NAME</c> <c>supported</c> adds a feature. One that is unknown or has no such value is <see cref="DeltaLogError.InvalidProperty"/>.
    /// </summary>
    public Task<CommitResult?> SetPropertiesAsync(IReadOnlyDictionary<string, string> properties, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(properties);
        var enablesRowTracking = properties.Any(pair => pair.Key == TableProperties.EnableRowTracking && bool.TryParse(pair.Value, out var on) && on);
        return commits.RunAsync(
            "SET TBLPROPERTIES",
            new() { ["properties"] = PropertyChanges.Json(properties) },
            (draft, _) => PropertyChanges.Set(draft, properties),
            cancellationToken,
            enablesRowTracking ? PropertyChanges.AddMissingRowIds : null
        );
    }

    /// <summary>Takes table properties away. Those that are not set are no error.</summary>
    public Task<CommitResult?> UnsetPropertiesAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(names);
        return commits.RunAsync(
            "UNSET TBLPROPERTIES",
            new() { ["properties"] = PropertyChanges.Json(names) },
            (draft, _) => PropertyChanges.Unset(draft, names),
            cancellationToken
        );
    }

    /// <summary>
    /// Adds a feature to the protocol, by name. It is only then active when its property is set, too.
    /// <see cref="DeltaLogError.UnsupportedWriterFeature"/> for one that is not known.
    /// </summary>
    public Task<CommitResult?> AddFeatureAsync(string feature, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(feature);
        return commits.RunAsync("UPGRADE PROTOCOL", new() { ["feature"] = feature }, (draft, _) => PropertyChanges.Require(draft, feature), cancellationToken);
    }

    /// <summary>
    /// Adds a CHECK constraint, after looking at every row. Rows that do not meet it, and a condition that is none on the table's columns, are
    /// <see cref="DeltaLogError.InvalidData"/>.
    /// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#check-constraints">CHECK Constraints</see>.
    /// </summary>
    public Task<CommitResult?> AddConstraintAsync(DuckDbConnection connection, string name, string condition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(condition);
        return commits.RunAsync(
            "ADD CONSTRAINT",
            new() { ["name"] = name, ["expr"] = condition },
            (draft, _) => ConstraintChanges.Add(draft, name, condition),
            cancellationToken,
            verify: (snapshot, _) => ConstraintChanges.RequireMetAsync(table, connection, snapshot, name, condition, cancellationToken)
        );
    }

    /// <summary>Drops a CHECK constraint; one that is not there is <see cref="DeltaLogError.InvalidProperty"/>.</summary>
    public Task<CommitResult?> DropConstraintAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return commits.RunAsync("DROP CONSTRAINT", new() { ["name"] = name }, (draft, _) => ConstraintChanges.Drop(draft, name), cancellationToken);
    }
}
