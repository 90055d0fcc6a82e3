using Tideway.DeltaLog.Snapshots;
using Tideway.DuckDb;
using Tideway.InboundSync.Runs;

namespace Tideway.InboundSync.Merge;

/// <summary>Whether rows can be told apart by their key.</summary>
internal static class KeyCheck
{
    /// <summary>Throws <see cref="SyncRefusedException"/> where the table lacks a key column.</summary>
    public static void RequireColumns(SyncWork work, Snapshot staged)
    {
        var missing = work.Sync.Keys.Where(key => staged.Schema.Find(key) is null).ToList();
        if (missing.Count > 0)
            throw new SyncRefusedException(
                $"The remote table has no column {Names(missing)}, which the sync has as a key; it has {Names([.. staged.Schema.Fields.Select(field => field.Name)])}."
            );
    }

    /// <summary>Throws <see cref="QuarantineException"/> where rows of a version lack a key or share one.</summary>
    public static async Task RequireUniqueAsync(
        DuckDbConnection connection,
        string rows,
        IReadOnlyList<string> keys,
        string tableId,
        long version,
        CancellationToken cancellationToken
    )
    {
        var lacking = await CountAsync(connection, MergeSql.NullKeys(rows, keys), cancellationToken);
        if (lacking > 0)
            throw new QuarantineException(tableId, version, version, lacking, $"{lacking} rows of version {version} lack a value in the key {Names(keys)}.");
        var doubled = await CountAsync(connection, MergeSql.DuplicateKeys(rows, keys), cancellationToken);
        if (doubled > 0)
            throw new QuarantineException(
                tableId,
                version,
                version,
                doubled,
                $"{doubled} rows of version {version} share their key {Names(keys)} with another."
            );
    }

    /// <summary>Why changes cannot be applied by key to the rows of <paramref name="local"/>, or <see langword="null"/>.</summary>
    public static async Task<string?> FindFaultAsync(
        DuckDbConnection connection,
        string changes,
        string local,
        IReadOnlyList<string> keys,
        CancellationToken cancellationToken
    )
    {
        await Task.Run(() => connection.Execute(MergeSql.KeepChangedKeys(changes, keys), cancellationToken), cancellationToken);
        var lacking = await CountAsync(connection, MergeSql.NullKeys($"FROM {MergeSql.ChangedKeys}", keys), cancellationToken);
        if (lacking > 0)
            return $"{lacking} changed rows lack a value in the key {Names(keys)}";
        var doubled = await CountAsync(connection, MergeSql.AmbiguousKeys(keys), cancellationToken);
        if (doubled > 0)
            return $"{doubled} changed rows share their key {Names(keys)} with another of the same version";
        var miscounted = await CountAsync(connection, MergeSql.MiscountedKeys(local, keys), cancellationToken);
        return miscounted > 0 ? $"{miscounted} keys {Names(keys)} would have more or fewer rows than the changes leave them" : null;
    }

    private static Task<long> CountAsync(DuckDbConnection connection, string sql, CancellationToken cancellationToken) =>
        Task.Run(() => connection.Scalar<long>(sql, cancellationToken: cancellationToken), cancellationToken);

    private static string Names(IReadOnlyList<string> names) => string.Join(", ", names);
}
