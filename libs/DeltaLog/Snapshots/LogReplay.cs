using System.Collections.Immutable;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.FileSets;
using Tideway.DeltaLog.LogSegments;

namespace Tideway.DeltaLog.Snapshots;

/// <summary>
/// Reconciles the actions of a checkpoint and of the commits after it, oldest first.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#action-reconciliation">Action Reconciliation</see>.
/// </summary>
internal sealed class LogReplay
{
    private readonly Uri root;
    private readonly FileSetBuilder files;
    private readonly ImmutableDictionary<string, SetTransaction>.Builder transactions;
    private readonly ImmutableDictionary<string, DomainMetadata>.Builder domains;
    private Protocol? protocol;
    private Metadata? metadata;

    /// <summary>Starts from nothing.</summary>
    public LogReplay(Uri root)
    {
        this.root = root;
        files = new FileSetBuilder(FileSet.Empty);
        transactions = ImmutableDictionary.CreateBuilder<string, SetTransaction>(StringComparer.Ordinal);
        domains = ImmutableDictionary.CreateBuilder<string, DomainMetadata>(StringComparer.Ordinal);
    }

    /// <summary>Goes on from an older version.</summary>
    public LogReplay(Snapshot older)
    {
        root = older.TableRoot;
        files = new FileSetBuilder(older.FileSet);
        transactions = older.State.Transactions.ToBuilder();
        domains = older.State.Domains.ToBuilder();
        (protocol, metadata) = (older.Protocol, older.Metadata);
    }

    /// <summary>Where the last commit came from.</summary>
    public CommitInfo? LastCommitInfo { get; private set; }

    /// <summary>The files of a checkpoint.</summary>
    public void ApplyCheckpoint(IReadOnlyCollection<FileSegment> added) => files.Add(added);

    /// <summary>The other actions of a checkpoint.</summary>
    public void ApplyCheckpoint(IEnumerable<DeltaAction> actions)
    {
        foreach (var action in actions)
            ApplyOther(action);
    }

    /// <summary>A commit, or several that are reconciled.</summary>
    public void ApplyCommit(LogContent commit)
    {
        LastCommitInfo = null;

        // The order within a commit means nothing. What it adds is there after it, so what it removes goes first.
        for (var index = 0; index < commit.Removed.Count; index++)
            files.Remove(commit.Removed[index]);
        foreach (var action in commit.Others)
        {
            if (action is CommitInfo info)
                LastCommitInfo = info;
            else
                ApplyOther(action);
        }

        files.Add(commit.Added);
    }

    /// <summary>The version's state; a log without protocol or metadata is <see cref="DeltaLogError.CorruptLog"/>, one that is not understood is refused.</summary>
    public TableState State(long version)
    {
        if (protocol is null || metadata is null || metadata.SchemaString.Length == 0)
        {
            var missing =
                protocol is null ? "protocol action"
                : metadata is null ? "metaData action"
                : "schema";
            throw new DeltaLogException(DeltaLogError.CorruptLog, $"Expected a {missing} in the log of '{root}' up to version {version}, found none.")
            {
                TableRoot = root,
                Version = version,
            };
        }

        ProtocolRequirements.RequireReadable(protocol, root, version);
        if (!string.Equals(metadata.FormatProvider, "parquet", StringComparison.OrdinalIgnoreCase))
        {
            throw new DeltaLogException(
                DeltaLogError.UnsupportedReaderFeature,
                $"Table '{root}' (version {version}) keeps its data as '{metadata.FormatProvider}', expected parquet."
            )
            {
                TableRoot = root,
                Version = version,
            };
        }

        return new TableState(protocol, metadata, transactions.ToImmutable(), domains.ToImmutable());
    }

    public FileSet Files() => files.Build();

    private void ApplyOther(DeltaAction action)
    {
        switch (action)
        {
            case Protocol found:
                protocol = found;
                break;
            case Metadata found:
                metadata = found;
                break;
            case SetTransaction transaction:
                transactions[transaction.AppId] = transaction;
                break;
            case DomainMetadata { Removed: true } domain:
                domains.Remove(domain.Domain);
                break;
            case DomainMetadata domain:
                domains[domain.Domain] = domain;
                break;
        }
    }
}
