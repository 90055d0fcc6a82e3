using System.Collections.Concurrent;
using Tideway.CdfPublisher.Tables;
using Tideway.DeltaLog;

namespace Tideway.CdfPublisher.Changes;

/// <summary>
/// Headers of versions that were asked for before. A version never changes, but a table can be made anew: a header counts only while the commit
/// file of its version is the same.
/// </summary>
internal sealed class TableHeaders
{
    private const int Capacity = 512;

    private readonly ConcurrentDictionary<(Uri Table, long Version), (string Commit, TableHeader Header)> known = new();

    public async Task<TableHeader> ReadAsync(DeltaTable table, long version, CancellationToken cancellationToken)
    {
        var key = (table.Store.Root, version);
        var commit = await CommitStamp.FindAsync(table, version, cancellationToken);
        if (commit is not null && known.TryGetValue(key, out var entry) && entry.Commit == commit)
            return entry.Header;
        var (protocol, metadata) = await table.LoadDescriptionAsync(version, cancellationToken);
        var header = new TableHeader(version, protocol, metadata);
        if (commit is null)
            return header;
        // Readers follow the newest versions, so that starting afresh costs little.
        if (known.Count >= Capacity)
            known.Clear();
        known[key] = (commit, header);
        return header;
    }
}
