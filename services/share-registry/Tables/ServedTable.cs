using Tideway.DeltaLog;
using Tideway.DeltaLog.Snapshots;
using Tideway.ObjectStorage;

namespace Tideway.ShareRegistry.Tables;

/// <summary>A table that is open for reading, with its latest version.</summary>
/// <param name="Location">Where it is.</param>
/// <param name="Table">The table.</param>
/// <param name="Latest">Its latest version.</param>
/// <param name="CommitWritten">When the commit of <paramref name="Latest"/> was written, as the store tells; null where that file is gone.</param>
internal sealed record ServedTable(StorageLocation Location, DeltaTable Table, Snapshot Latest, DateTimeOffset? CommitWritten)
{
    public static async Task<ServedTable> OpenAsync(StorageLocation location, DeltaTable table)
    {
        var latest = await table.LoadAsync();
        return new ServedTable(location, table, latest, await FindWrittenAsync(table, latest.Version));
    }

    /// <summary>Whether nothing was committed since: two look-ups instead of listing the log. The time tells a table that was deleted and made anew.</summary>
    public async Task<bool> IsLatestAsync() =>
        CommitWritten is { } written && await FindWrittenAsync(Table, Latest.Version + 1) is null && await FindWrittenAsync(Table, Latest.Version) == written;

    /// <summary>The same table with what was committed since.</summary>
    public async Task<ServedTable> UpdateAsync()
    {
        var latest = await Table.UpdateAsync(Latest);
        return this with { Latest = latest, CommitWritten = await FindWrittenAsync(Table, latest.Version) };
    }

    private static async Task<DateTimeOffset?> FindWrittenAsync(DeltaTable table, long version) =>
        (await table.Store.FindAsync($"_delta_log/{version:D20}.json"))?.LastModified;
}
