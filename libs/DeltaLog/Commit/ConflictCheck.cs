using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Commit;

/// <summary>
/// Whether a transaction may still commit after another writer did. Appends pass each other; a transaction that depends on what it has read
/// does not pass any change of rows (serializable).
/// </summary>
internal sealed class ConflictCheck
{
    private readonly Uri root;
    private readonly bool readsTable;
    private readonly bool changesState;
    private readonly HashSet<string> removedPaths;
    private readonly HashSet<string> addedPaths;
    private readonly HashSet<string> appIds;
    private readonly HashSet<string> domains;

    public ConflictCheck(Uri root, IReadOnlyCollection<DeltaAction> actions, bool readsTable)
    {
        this.root = root;
        this.readsTable = readsTable;
        changesState = actions.Any(action => action is Protocol or Metadata);
        removedPaths = [.. actions.OfType<RemoveFile>().Select(remove => FilePath.Canonical(remove.Path))];
        addedPaths = [.. actions.OfType<AddFile>().Select(add => FilePath.Canonical(add.Path))];
        appIds = [.. actions.OfType<SetTransaction>().Select(transaction => transaction.AppId)];
        domains = [.. actions.OfType<DomainMetadata>().Select(domain => domain.Domain)];
    }

    /// <summary>Throws <see cref="DeltaLogError.Conflict"/> where the commit of <paramref name="version"/> must not be overlooked.</summary>
    public void Require(long version, IEnumerable<DeltaAction> winner)
    {
        foreach (var action in winner)
        {
            if (Reason(action) is { } reason)
            {
                throw new DeltaLogException(DeltaLogError.Conflict, $"Version {version} of '{root}', committed meanwhile, {reason}.")
                {
                    TableRoot = root,
                    Version = version,
                };
            }
        }
    }

    private string? Reason(DeltaAction action) =>
        action switch
        {
            Protocol => "changed the protocol",
            Metadata => "changed the metadata",
            SetTransaction { AppId: var app } when appIds.Contains(app) => $"is by the same application '{app}'",
            DomainMetadata { Domain: var domain } when domains.Contains(domain) => $"changed the same domain '{domain}'",
            RemoveFile remove when removedPaths.Contains(FilePath.Canonical(remove.Path)) => $"removed '{remove.Path}' too",
            RemoveFile { DataChange: true } remove when readsTable => $"removed '{remove.Path}', whose rows were read",
            AddFile add when addedPaths.Contains(FilePath.Canonical(add.Path)) => $"added '{add.Path}' too",
            AddFile { DataChange: true } add when readsTable || changesState => $"added '{add.Path}', whose rows were not read",
            _ => null,
        };
}
