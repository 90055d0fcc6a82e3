using System.Security.Cryptography;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Snapshots;
using Tideway.ObjectStorage.Local;

namespace Tideway.InboundSync.Tests.Support;

/// <summary>What is in Delta tables on the local disk.</summary>
internal static class DeltaTables
{
    public static DeltaTable Open(string folder) => new(new LocalObjectStore(folder), TimeProvider.System);

    public static Task<Snapshot> SnapshotAsync(string folder) => Open(folder).LoadAsync(cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>The rows as text, sorted.</summary>
    public static async Task<IReadOnlyList<string>> RowsAsync(string folder, long? version = null)
    {
        var table = Open(folder);
        var snapshot = await table.LoadAsync(version, TestContext.Current.CancellationToken);
        var scan = await new TableReader(table.Store).ScanSqlAsync(snapshot, cancellationToken: TestContext.Current.CancellationToken);
        using var connection = DuckDb.Connect();
        using var result = connection.Query($"SELECT CAST(t AS VARCHAR) FROM ({scan}) t ORDER BY 1", TestContext.Current.CancellationToken);
        return [.. result.Rows(TestContext.Current.CancellationToken).Select(row => (string)row[0]!)];
    }

    /// <summary>Digests of the data files' bytes with their partition values, sorted.</summary>
    public static async Task<IReadOnlyList<string>> FilesAsync(string folder, long? version = null)
    {
        var table = Open(folder);
        var snapshot = await table.LoadAsync(version, TestContext.Current.CancellationToken);
        var files = new List<string>();
        foreach (var file in snapshot.Files)
        {
            await using var stream = File.OpenRead(table.Store.LocalPath(FilePath.Key(file.Path, table.Store.Root))!);
            var digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, TestContext.Current.CancellationToken));
            files.Add(
                $"{digest} {string.Join(',', file.PartitionValues.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}={pair.Value ?? "null"}"))} {file.Stats}"
            );
        }

        files.Sort(StringComparer.Ordinal);
        return files;
    }
}
