using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Commit;

/// <summary>
/// Whether a transaction may still commit after another writer did. Appends pass each other. A transaction that depends on rows it has read does
/// not pass changes of rows that it would have read (serializable); where the table asks for <c>WriteSerializable</c>, it passes blind appends.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#delta-log-entries">Delta Log Entries</see>.
/// </summary>
internal sealed class ConflictCheck
{
    private readonly Uri root;
    private readonly bool readsTable;
    private readonly bool passesBlindAppends;
    private readonly Func<AddFile, bool>? readFilter;
    private readonly bool changesState;
    private readonly HashSet<string> removedPaths;
    private readonly HashSet<string> addedPaths;
    private readonly HashSet<string> appIds;
    private readonly HashSet<string> domains;

    public ConflictCheck(Uri root, DeltaTransaction transaction)
    {
        this.root = root;
        readsTable = transaction.ReadsTable;
        readFilter = transaction.ReadFilter;
        var actions = transaction.Actions();
        changesState = actions.Any(action => action is Protocol or Metadata);
        passesBlindAppends = string.Equals(
            transaction.Snapshot?.Metadata.Configuration.GetValueOrDefault(TableProperties.IsolationLevel),
            "WriteSerializable",
            StringComparison.OrdinalIgnoreCase
        );
        removedPaths = [.. actions.OfType<RemoveFile>().Select(remove => FilePath.Canonical(remove.Path))];
        addedPaths = [.. actions.OfType<AddFile>().Select(add => FilePath.Canonical(add.Path))];
        appIds = [.. actions.OfType<SetTransaction>().Select(transaction => transaction.AppId)];
        domains = [.. actions.OfType<DomainMetadata>().Select(domain => domain.Domain)];
    }

    /// <summary>Throws <see cref="DeltaLogError.Conflict"/> where the commit of <paramref name="version"/> must not be overlooked.</summary>
    public void Require(long version, IReadOnlyCollection<DeltaAction> winner)
    {
        var addsMatter = changesState || (readsTable && !(passesBlindAppends && winner.OfType<CommitInfo>().Any(info => info.IsBlindAppend == true)));
        foreach (var action in winner)
        {
            if (Reason(action, addsMatter) is { } reason)
            {
                throw new DeltaLogException(DeltaLogError.Conflict, $"Version {version} of '{root}', committed meanwhile, {reason}.")
                {
                    TableRoot = root,
                    Version = version,
                };
            }
        }
    }

    private string? Reason(DeltaAction action, bool addsMatter) =>
        action switch
        {
            Protocol => "changed the protocol",
            Metadata => "changed the metadata",
            SetTransaction { AppId: var app } when appIds.Contains(app) => $"is by the same application '{app}'",
            // Every writer moves the mark of row ids; who comes later gives out ids above it.
            DomainMetadata { Domain: not RowTracking.Domain and var domain } when domains.Contains(domain) => $"changed the same domain '{domain}'",
            RemoveFile remove when removedPaths.Contains(FilePath.Canonical(remove.Path)) => $"removed '{remove.Path}' too",
            RemoveFile { DataChange: true } remove when readsTable && WasRead(remove) => $"removed '{remove.Path}', whose rows were read",
            AddFile add when addedPaths.Contains(FilePath.Canonical(add.Path)) => $"added '{add.Path}' too",
            AddFile { DataChange: true } add when addsMatter && (changesState || readFilter?.Invoke(add) != false) =>
                $"added '{add.Path}', whose rows were not read",
            _ => null,
        };

    // Without its partition values, a removed file could be any.
    private bool WasRead(RemoveFile remove) =>
        readFilter is null
        || remove.PartitionValues is not { } values
        || readFilter(
            new AddFile
            {
                Path = remove.Path,
                PartitionValues = values,
                Size = remove.Size ?? 0,
                ModificationTime = 0,
                DataChange = true,
                Stats = remove.Stats,
                DeletionVector = remove.DeletionVector,
            }
        );
}
