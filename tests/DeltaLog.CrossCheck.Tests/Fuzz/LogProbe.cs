using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Snapshots;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.CrossCheck.Tests.Fuzz;

/// <summary>Asks a table everything that its log can answer. Only the failures that the library documents pass.</summary>
internal sealed class LogProbe(MemoryStore store)
{
    private readonly DeltaTable table = new(store, TimeProvider.System);
    private readonly TableReader reader = new(store);

    public async Task RunAsync()
    {
        await AttemptAsync(async () => await table.ExistsAsync());
        await AttemptAsync(async () => await table.LatestVersionAsync());
        await AttemptAsync(async () => await table.LatestVersionAsync(0));
        await AttemptAsync(async () => await table.EarliestChangesVersionAsync());
        Snapshot? latest = null;
        await AttemptAsync(async () => latest = await table.LoadAsync());
        if (latest is not null)
        {
            await LookAtAsync(latest);
            await AttemptAsync(async () => await table.UpdateAsync(latest));
            await AttemptAsync(async () => await table.LoadDescriptionAsync(latest.Version));
        }

        Snapshot? first = null;
        await AttemptAsync(async () => first = await table.LoadAsync(0));
        if (first is not null)
            await AttemptAsync(async () => await LookAtAsync(await table.UpdateAsync(first)));
        await AttemptAsync(HistoryAsync);
        await AttemptAsync(() => ChangesAsync(latest));
        await AttemptAsync(async () => await table.VersionAtOrBeforeAsync(new DateTimeOffset(2026, 1, 1, 0, 1, 0, TimeSpan.Zero)));
        await AttemptAsync(async () => await table.VersionAtOrAfterAsync(new DateTimeOffset(2025, 10, 9, 0, 0, 0, TimeSpan.Zero), latest));
        await AttemptAsync(AppendAsync);
    }

    private static async Task AttemptAsync(Func<Task> ask)
    {
        try
        {
            await ask();
        }
        catch (Exception exception) when (exception is DeltaLogException or ObjectStorageException)
        {
            // A refusal is an answer, and one without words would be no help.
            exception.Message.ShouldNotBeNullOrWhiteSpace();
        }
    }

    private async Task LookAtAsync(Snapshot snapshot)
    {
        snapshot.Version.ShouldBeGreaterThanOrEqualTo(0);
        await AttemptAsync(() =>
            Task.FromResult((snapshot.NumRecords, snapshot.FileCount, snapshot.TotalBytes, snapshot.Transactions, snapshot.DomainMetadata))
        );
        await AttemptAsync(() => Task.FromResult(snapshot.Schema));
        foreach (var file in snapshot.Files)
            await AttemptAsync(() => Task.FromResult(RequireInside(FilePath.Key(file.Path, snapshot.TableRoot), file.Path)));
        await AttemptAsync(async () => await reader.ScanSqlAsync(snapshot, new ScanOptions { LocalPath = Locate }));
    }

    private async Task HistoryAsync()
    {
        await foreach (var commit in table.HistoryAsync())
            commit.Version.ShouldBeGreaterThanOrEqualTo(0);
    }

    private async Task ChangesAsync(Snapshot? latest)
    {
        var versions = new List<Changes.VersionChanges>();
        await foreach (var version in table.ReadChangesAsync(0))
            versions.Add(version);
        if (latest is not null)
            await reader.ChangesSqlAsync(latest, versions, new ScanOptions { LocalPath = Locate });
    }

    private async Task AppendAsync()
    {
        var transaction = table.BeginTransaction(await table.LoadAsync());
        transaction.Add(
            new AddFile
            {
                Path = "new.parquet",
                Size = 1,
                ModificationTime = 1,
                DataChange = true,
            }
        );
        await transaction.CommitAsync();
    }

    private static string Locate(string key) => $"/nowhere/table/{RequireInside(key, key)}";

    // The library must not hand a key to anybody that would lead out of the table's folder.
    private static string RequireInside(string key, string path)
    {
        var escapes = key.StartsWith('/') || key.Split('/', '\\').Contains("..") || key.Contains('\0') || key.Contains('\n');
        escapes.ShouldBeFalse($"the path '{path}' became the key '{key}'");
        return key;
    }
}
