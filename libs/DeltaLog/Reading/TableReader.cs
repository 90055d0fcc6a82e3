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
        foreach (var file in options.Files ?? FilesOf(snapshot, options))
        {
            var rows = file.DeletionVector is { } vector ? await vectors.ReadAsync(vector, cancellationToken).ConfigureAwait(false) : null;
            entries.Add(new ScanEntry(file.Path, LocalPath(file.Path, options.LocalPath), file.PartitionValues, RowFilter.Without(rows), []));
        }

        var scan = new ScanSql(snapshot.Schema, snapshot.PartitionColumns, mode) { PartitionTimeZone = options.PartitionTimeZone };
        var groups = await GroupAsync(entries, snapshot, mode, withExtra: false, cancellationToken).ConfigureAwait(false);
        return scan.Select(groups, Columns(snapshot.Schema, options.Columns), options.WhereSql, options.WithPositions);
    }

    /// <summary>A SELECT of the rows of some files with their stable ids and commit versions, in the columns named so, for writing them again.</summary>
    internal async Task<string> TrackedScanSqlAsync(
        Snapshot snapshot,
        IEnumerable<AddFile> files,
        (string Id, string CommitVersion) columns,
        CancellationToken cancellationToken
    )
    {
        TypeWidening.RequireSupported(snapshot.Schema, store.Root);
        var mode = ColumnMapping.Of(snapshot.Protocol, snapshot.Metadata);
        var entries = new List<ScanEntry>();
        foreach (var file in files)
        {
            var rows = file.DeletionVector is { } vector ? await vectors.ReadAsync(vector, cancellationToken).ConfigureAwait(false) : null;
            List<string> constants = [Number(file, file.BaseRowId, "baseRowId"), Number(file, file.DefaultRowCommitVersion, "defaultRowCommitVersion")];
            entries.Add(new ScanEntry(file.Path, LocalPath(file.Path, null), file.PartitionValues, RowFilter.Without(rows), constants));
        }

        var groups = await GroupAsync(entries, snapshot, mode, withExtra: true, cancellationToken).ConfigureAwait(false);
        return new ScanSql(snapshot.Schema, snapshot.PartitionColumns, mode, (columns.Id, "BIGINT"), (columns.CommitVersion, "BIGINT")).SelectTracked(groups);

        string Number(AddFile file, long? value, string member) =>
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

    /// <summary>
    /// A SELECT of the rows that <paramref name="changes"/> changed, with the columns of <paramref name="snapshot"/>'s schema and
    /// <c>_change_type</c> (insert, update_preimage, update_postimage or delete), <c>_commit_version</c> and <c>_commit_timestamp</c>.
    /// Throws <see cref="DeltaLogError.IncompatibleSchemaChange"/> where a version had a schema whose rows do not fit.
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
        var entries = new ChangeEntries(snapshot, vectors, path => LocalPath(path, options.LocalPath));
        foreach (var version in changes)
            await entries.IncludeAsync(version, cancellationToken).ConfigureAwait(false);
        var columns = Columns(snapshot.Schema, options.Columns);
        var parts = new List<string>();
        if (entries.WholeFiles.Count > 0 || entries.ChangeFiles.Count == 0)
        {
            var groups = await GroupAsync(entries.WholeFiles, snapshot, mode, withExtra: false, cancellationToken).ConfigureAwait(false);
            parts.Add(Scan().SelectChanges(groups, columns));
        }

        if (entries.ChangeFiles.Count > 0)
        {
            var groups = await GroupAsync(entries.ChangeFiles, snapshot, mode, withExtra: true, cancellationToken).ConfigureAwait(false);
            parts.Add(Scan(("_change_type", "VARCHAR")).SelectChanges(groups, columns));
        }

        var union = string.Join("\nUNION ALL\n", parts);
        return options.WhereSql is { } where ? $"SELECT * FROM ({union}) WHERE ({where}\n)" : union;

        ScanSql Scan(params IReadOnlyList<(string Name, string Type)> extra) =>
            new(snapshot.Schema, snapshot.PartitionColumns, mode, extra) { PartitionTimeZone = options.PartitionTimeZone };
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

    // DuckDB finds top-level columns by id itself. Where it cannot, the files are asked what they call them.
    private static async Task<IReadOnlyList<ScanGroup>> GroupAsync(
        List<ScanEntry> entries,
        Snapshot snapshot,
        ColumnMappingMode mode,
        bool withExtra,
        CancellationToken cancellationToken
    )
    {
        if (entries.Count == 0)
            return [];
        var columns = ColumnSql.DataColumns(snapshot.Schema, snapshot.PartitionColumns);
        var askFiles = mode == ColumnMappingMode.Id && (withExtra || columns.Exists(field => field.Type is not (PrimitiveType or DecimalType)));
        return askFiles
            ? await Task.Run(() => FieldIds.Group(entries, snapshot.TableRoot, cancellationToken), cancellationToken).ConfigureAwait(false)
            : [new ScanGroup(FileColumnNames.Of(mode), entries)];
    }

    private static List<StructField> Columns(StructType schema, IReadOnlyList<string>? names) =>
        names is null
            ? [.. schema.Fields]
            : [.. names.Select(name => schema.Find(name) ?? throw new ArgumentException($"The table has no column '{name}'.", nameof(names)))];

    // Files whose partition or statistics tell that no row of theirs meets the condition are not opened.
    private static IEnumerable<AddFile> FilesOf(Snapshot snapshot, ScanOptions options) =>
        options.WhereSql is { } sql && SqlPredicate.TryParse(sql) is { } predicate ? snapshot.FilesMatching(predicate) : snapshot.Files;

    private string LocalPath(string path, Func<string, string>? locate)
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
