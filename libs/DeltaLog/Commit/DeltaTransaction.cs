using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Commit;

/// <summary>
/// Collects the actions of one commit. Not safe for use by several threads; commits once.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#actions">Actions</see>.
/// </summary>
public sealed class DeltaTransaction
{
    private readonly DeltaCommitter committer;
    private readonly Dictionary<FileKey, AddFile> adds = [];
    private readonly Dictionary<FileKey, RemoveFile> removes = [];
    private readonly List<AddCdcFile> changeFiles = [];
    private readonly Dictionary<string, SetTransaction> transactions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DomainMetadata> domains = new(StringComparer.Ordinal);
    private readonly TimeProvider time;
    private bool committed;

    internal DeltaTransaction(DeltaCommitter committer, Snapshot? snapshot, TimeProvider time)
    {
        this.committer = committer;
        this.time = time;
        Snapshot = snapshot;
    }

    /// <summary>The version that the transaction stands on; <see langword="null"/> where it makes a new table.</summary>
    public Snapshot? Snapshot { get; }

    /// <summary>What is done, for the table's history: <c>WRITE</c>, <c>MERGE</c>, <c>DELETE</c> and the like.</summary>
    public string Operation { get; set; } = "WRITE";

    /// <summary>How it is done, for the table's history.</summary>
    public IDictionary<string, string> OperationParameters { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Numbers about it, for the table's history.</summary>
    public IDictionary<string, string> OperationMetrics { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Whether the actions depend on rows read from <see cref="Snapshot"/>, as in a merge. Then a change of rows that another writer commits
    /// first is a conflict. Set it wherever files are removed because of what they hold.
    /// </summary>
    public bool ReadsTable { get; set; }

    /// <summary>
    /// Narrows <see cref="ReadsTable"/>: whether rows of a file with such partition values and statistics would have been read. Then changes of
    /// other files, say in other partitions, are no conflict. Must say yes where it cannot tell; everything counts as read where not set.
    /// </summary>
    public Func<AddFile, bool>? ReadFilter { get; set; }

    /// <summary>
    /// Whether rows that were copied or updated keep their row ids and commit versions, in tables that track rows; recorded in the commit.
    /// Where not set: if no file is removed.
    /// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#writer-requirements-for-row-tracking">Row Tracking</see>.
    /// </summary>
    public bool? PreservesRowIds { get; set; }

    /// <summary>The protocol to set, if any.</summary>
    public Protocol? NewProtocol { get; private set; }

    /// <summary>The metadata to set, if any.</summary>
    public Metadata? NewMetadata { get; private set; }

    internal int AddedFiles => adds.Count;

    internal bool RowsArePreserved => PreservesRowIds ?? removes.Count == 0;

    internal Protocol Protocol => NewProtocol ?? Snapshot!.Protocol;

    internal Metadata Metadata => NewMetadata ?? Snapshot!.Metadata;

    internal bool IsBlindAppend => !ReadsTable && removes.Count == 0 && NewMetadata is null && NewProtocol is null;

    /// <summary>Adds a file. It must exist by the time of the commit.</summary>
    public void Add(AddFile file)
    {
        if (!adds.TryAdd(FileKey.Of(file), file))
            throw new ArgumentException($"The file '{file.Path}' is added twice.", nameof(file));
    }

    /// <summary>Removes a file of the snapshot, now.</summary>
    public void Remove(AddFile file, bool dataChange = true) => Remove(file.Remove(time.GetUtcNow().ToUnixTimeMilliseconds(), dataChange));

    /// <summary>Removes a file.</summary>
    public void Remove(RemoveFile file)
    {
        if (!removes.TryAdd(FileKey.Of(file), file))
            throw new ArgumentException($"The file '{file.Path}' is removed twice.", nameof(file));
    }

    /// <summary>Adds a change data file. Where there is one, change data readers look at nothing else of this version.</summary>
    public void AddCdc(AddCdcFile file) => changeFiles.Add(file);

    /// <summary>Records how far an application has got. Another commit by the same application meanwhile is a conflict.</summary>
    public void SetTransaction(string appId, long version) =>
        transactions[appId] = new SetTransaction
        {
            AppId = appId,
            Version = version,
            LastUpdated = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };

    /// <summary>Sets the configuration of a domain, or takes it away.</summary>
    public void SetDomainMetadata(DomainMetadata domain) => domains[domain.Domain] = domain;

    /// <summary>Sets the metadata.</summary>
    public void UpdateMetadata(Metadata metadata) => NewMetadata = metadata;

    /// <summary>Sets the protocol. One that is not supported for writing is refused by <see cref="CommitAsync"/>.</summary>
    public void UpdateProtocol(Protocol protocol) => NewProtocol = protocol;

    /// <summary>
    /// Commits as the next version that is free, rebasing over the commits of others that do not conflict.
    /// Throws <see cref="DeltaLogError.Conflict"/>, <see cref="DeltaLogError.UnsupportedWriterFeature"/>, <see cref="DeltaLogError.AppendOnly"/>,
    /// <see cref="DeltaLogError.TableExists"/> or <see cref="DeltaLogError.CommitOutcomeUnknown"/>; except after the last, nothing was committed.
    /// </summary>
    public Task<CommitResult> CommitAsync(CancellationToken cancellationToken = default)
    {
        if (committed)
            throw new InvalidOperationException("The transaction was committed before.");
        RequireAllowed();
        committed = true;
        return committer.CommitAsync(this, cancellationToken);
    }

    /// <summary>The actions, without where they come from.</summary>
    internal List<DeltaAction> Actions()
    {
        var actions = new List<DeltaAction>();
        if (NewProtocol is not null)
            actions.Add(NewProtocol);
        if (NewMetadata is not null)
            actions.Add(NewMetadata);
        actions.AddRange(transactions.Values);
        actions.AddRange(domains.Values);
        actions.AddRange(removes.Values);
        actions.AddRange(adds.Values);
        actions.AddRange(changeFiles);
        return actions;
    }

    /// <summary>Throws where the transaction must not be committed, whatever others do.</summary>
    internal void RequireAllowed()
    {
        var root = committer.Root;
        var version = Snapshot?.Version ?? 0;
        var protocol = NewProtocol ?? Snapshot?.Protocol ?? throw new InvalidOperationException("A new table needs a protocol.");
        var metadata = NewMetadata ?? Snapshot?.Metadata ?? throw new InvalidOperationException("A new table needs metadata.");
        if (Snapshot is not null)
            ProtocolRequirements.RequireWritable(Snapshot.Protocol, FeatureSupport.Commit, root, version);
        ProtocolRequirements.RequireWritable(protocol, FeatureSupport.Commit, root, version);
        if (removes.Values.Any(remove => remove.DataChange))
            WriterRequirements.RequireRemovable(protocol, Snapshot?.Metadata ?? metadata, root);
        if (domains.Count > 0 && !protocol.Has("domainMetadata"))
            throw new InvalidOperationException("The table's protocol lacks the feature domainMetadata.");
        if (adds.Values.Any(add => add.DeletionVector is not null) && !protocol.Has(TableFeatures.DeletionVectors))
            throw new InvalidOperationException("The table's protocol lacks the feature deletionVectors.");
    }
}
