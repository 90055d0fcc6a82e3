using System.Globalization;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.DeletionVectors;
using Tideway.DeltaLog.Pruning;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DuckDb;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Reading;

/// <summary>
/// Makes the SQL with which DuckDB reads the rows of a table. The text holds the list of files and may be large; it stays valid while
/// the files are there. Tables with timestamps must be read in a session whose time zone is UTC (<see cref="UseUtc"/>): elsewhere
/// the query fails rather than shift them.
/// </summary>
/// <param name="store">The table's store.</param>
/// <param name="allowFilesOutside">
/// Whether files on local disk are read that the log gives by an absolute path outside the table, as shallow clones do. Whoever writes the log can then
/// have any Parquet file read that the process can read.
/// </param>
public sealed class TableReader(IObjectStore store, bool allowFilesOutside = false)
{
    private static readonly (string Name, string Type) ChangeType = ("_change_type", "VARCHAR");

    private readonly DeletionVectorReader vectors = new(store, allowFilesOutside);

    /// <summary>Sets the session's time zone to UTC, unless it is. A database that is locked must have been opened in UTC.</summary>
    public static void UseUtc(DuckDbConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (!connection.Scalar<bool>($"SELECT {ScanSql.IsUtc}"))
            connection.Execute("SET TimeZone = 'UTC'");
    }

    /// <summary>
    /// A SELECT of the snapshot's rows, for use as it is or as a subquery. Throws <see cref="DeltaLogError.NotSupportedByStore"/> where files are
    /// not on local disk, <see cref="DeltaLogError.FileOutsideTable"/>, and <see cref="DeltaLogError.UnsupportedReaderFeature"/>.
    /// </summary>
    public async Task<string> ScanSqlAsync(Snapshot snapshot, ScanOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        options ??= new ScanOptions();
        TypeWidening.RequireSupported(snapshot.Schema, store.Root);
        var mode = ColumnMapping.Of(snapshot.Protocol, snapshot.Metadata);
        var entries = new List<ScanEntry>();
        foreach (var file in options.Files ?? FilesOf(snapshot, options, cancellationToken))
        {
            var rows = file.DeletionVector is { } vector ? await vectors.ReadAsync(vector, cancellationToken).ConfigureAwait(false) : null;
            IReadOnlyList<string> constants = options.RowColumns is null ? [] : FirstRow(file, snapshot);
            entries.Add(new ScanEntry(file.Path, LocalPath(file.Path, options.LocalPath), file.PartitionValues, RowFilter.Without(rows), constants));
        }

        IReadOnlyList<(string Name, string Type)> hidden = options.RowColumns is { } kept ? [(kept.Id, "BIGINT"), (kept.CommitVersion, "BIGINT")] : [];
        var scan = new ScanSql(snapshot.Schema, snapshot.PartitionColumns, mode, hidden)
        {
            PartitionTimeZone = options.PartitionTimeZone,
            RowColumns = options.RowColumns,
        };
        var groups = await new ScanGroups(snapshot, mode, isVersion: true).OfAsync(entries, hidden, cancellationToken).ConfigureAwait(false);
        return scan.Select(groups, Columns(snapshot.Schema, options.Columns), options.WhereSql, options.WithPositions);
    }

    /// <summary>
    /// A SELECT of the rows that <paramref name="changes"/> changed, with the columns of <paramref name="snapshot"/>'s schema and
    /// <c>_change_type</c> (insert, update_preimage, update_postimage or delete), <c>_commit_version</c> and <c>_commit_timestamp</c>.
    /// Throws <see cref="DeltaLogError.IncompatibleSchemaChange"/> where a version had a schema whose rows do not fit. See <see cref="ScanOptions.DeriveChanges"/>
    /// for versions whose change data feed was off.
    /// </summary>
    public async Task<string> ChangesSqlAsync(
        Snapshot snapshot,
        IReadOnlyList<VersionChanges> changes,
        ScanOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(changes);
        options ??= new ScanOptions();
        TypeWidening.RequireSupported(snapshot.Schema, store.Root);
        ChangeSchema.RequireReadable(snapshot, changes);
        var mode = ColumnMapping.Of(snapshot.Protocol, snapshot.Metadata);
        var entries = new ChangeEntries(snapshot, vectors, options.DeriveChanges, path => LocalPath(path, options.LocalPath));
        foreach (var version in changes)
            await entries.IncludeAsync(version, cancellationToken).ConfigureAwait(false);
        var wanted = Columns(snapshot.Schema, options.Columns);
        // The condition may be on others than are wanted. DuckDB reads only those that it needs.
        var columns = options.WhereSql is null ? wanted : snapshot.Schema.Fields;
        var files = new ScanGroups(snapshot, mode, isVersion: false);
        var parts = new List<string>();
        if (entries.WholeFiles.Count > 0 || entries.ChangeFiles.Count + entries.RewrittenFiles.Count == 0)
        {
            var groups = await files.OfAsync(entries.WholeFiles, [], cancellationToken).ConfigureAwait(false);
            parts.Add(Scan().SelectChanges(groups, columns));
        }

        if (entries.ChangeFiles.Count > 0)
        {
            var groups = await files.OfAsync(entries.ChangeFiles, [ChangeType], cancellationToken).ConfigureAwait(false);
            parts.Add(Scan(ChangeType).SelectChanges(groups, columns));
        }

        if (entries.RewrittenFiles.Count > 0)
        {
            var groups = await files.OfAsync(entries.RewrittenFiles, [], cancellationToken).ConfigureAwait(false);
            parts.Add(DerivedChangesSql.Select(Scan().SelectChanges(groups, snapshot.Schema.Fields), snapshot.Schema.Fields, columns));
        }

        var union = string.Join("\nUNION ALL\n", parts);
        return options.WhereSql is { } where ? $"SELECT {ChangeColumns(wanted)} FROM ({union}) WHERE ({where}\n)" : union;

        ScanSql Scan(params IReadOnlyList<(string Name, string Type)> extra) =>
            new(snapshot.Schema, snapshot.PartitionColumns, mode, extra) { PartitionTimeZone = options.PartitionTimeZone };
    }

    /// <summary>How many rows a data file has, deleted ones included, as the file itself says.</summary>
    public long PhysicalRecords(DuckDbConnection connection, AddFile file)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(file);
        return connection.Scalar<long>($"SELECT num_rows FROM parquet_file_metadata({SqlText.Literal(GlobText.Escape(LocalPath(file.Path)))})");
    }

    /// <summary>Files of the snapshot that are not where they should be; for saying why a query failed.</summary>
    public IEnumerable<AddFile> MissingFiles(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return snapshot.Files.Where(file => OnDisk(file.Path) is { } path && !File.Exists(path));
    }

    /// <summary>Throws <see cref="DeltaLogError.DataFileMissing"/>, naming the file, where one of the snapshot is not there; for saying why a query failed.</summary>
    public void RequireFiles(Snapshot snapshot)
    {
        if (MissingFiles(snapshot).FirstOrDefault() is { } missing)
        {
            throw new DeltaLogException(
                DeltaLogError.DataFileMissing,
                $"Expected the file '{missing.Path}' of version {snapshot.Version} of '{store.Root}', found none."
            )
            {
                TableRoot = store.Root,
                Version = snapshot.Version,
                File = missing.Path,
            };
        }
    }

    /// <summary>Where a file of the log is on local disk.</summary>
    internal string LocalPath(string path, Func<string, string>? locate = null)
    {
        if (locate is not null)
            return locate(FilePath.Key(path, store.Root));
        return OnDisk(path)
            ?? throw new DeltaLogException(
                DeltaLogError.NotSupportedByStore,
                $"The files of '{store.Root}' are not on local disk: their rows cannot be read in place."
            )
            {
                TableRoot = store.Root,
                File = path,
            };
    }

    private List<string> FirstRow(AddFile file, Snapshot snapshot)
    {
        return [Number(file.BaseRowId, "baseRowId"), Number(file.DefaultRowCommitVersion, "defaultRowCommitVersion")];

        string Number(long? value, string member) =>
            value?.ToString(CultureInfo.InvariantCulture)
            ?? throw new DeltaLogException(
                DeltaLogError.CorruptLog,
                $"Table '{store.Root}' tracks rows: expected {member} for the file '{file.Path}', found none."
            )
            {
                TableRoot = store.Root,
                Version = snapshot.Version,
                File = file.Path,
            };
    }

    private static string ChangeColumns(IEnumerable<StructField> wanted) =>
        string.Join(", ", [.. wanted.Select(field => SqlText.Identifier(field.Name)), "_change_type", "_commit_version", "_commit_timestamp"]);

    private static List<StructField> Columns(StructType schema, IReadOnlyList<string>? names) =>
        names is null
            ? [.. schema.Fields]
            : [.. names.Select(name => schema.Find(name) ?? throw new ArgumentException($"The table has no column '{name}'.", nameof(names)))];

    // Files whose partition or statistics tell that no row of theirs meets the condition are not opened.
    private static IEnumerable<AddFile> FilesOf(Snapshot snapshot, ScanOptions options, CancellationToken cancellationToken) =>
        options.WhereSql is { } sql && SqlPredicate.TryParse(sql, SqlDialect.DuckDb) is { } predicate
            ? snapshot.FilesMatching(predicate, cancellationToken)
            : snapshot.Files;

    private string? OnDisk(string path)
    {
        if (allowFilesOutside && FilePath.OutsideOnDisk(path, store.Root) is { } outside)
            return outside;
        try
        {
            return store.LocalPath(FilePath.Key(path, store.Root));
        }
        catch (ObjectStorageException exception) when (exception.Error == ObjectStorageError.InvalidKey)
        {
            throw FilePath.Outside(path, store.Root, exception);
        }
    }
}
