using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Changes;

/// <summary>What one version did, as its commit has it.</summary>
public sealed record VersionChanges
{
    /// <summary>The version.</summary>
    public required long Version { get; init; }

    /// <summary>
    /// When it was committed: its in-commit timestamp where it has one, else when its file was written, but later than the version before it, as far as
    /// file times of the last hundred versions before a range can tell.
    /// </summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>Where the commit came from, if it says so.</summary>
    public CommitInfo? CommitInfo { get; init; }

    /// <summary>The protocol, where this version set it.</summary>
    public Protocol? Protocol { get; init; }

    /// <summary>The metadata, where this version set it.</summary>
    public Metadata? Metadata { get; init; }

    /// <summary>The metadata that its rows were written with, where that is known.</summary>
    internal Metadata? MetadataInForce { get; init; }

    /// <summary>Whether the writer had to say which rows changed where its files do not tell: not where the feed is known to be off.</summary>
    internal bool TellsRowChanges => CdcFiles.Count > 0 || MetadataInForce?.IsEnabled(TableProperties.EnableChangeDataFeed) != false;

    /// <summary>Files that it added, whether rows changed or not.</summary>
    public IReadOnlyList<AddFile> Adds { get; init; } = [];

    /// <summary>Files that it removed, whether rows changed or not.</summary>
    public IReadOnlyList<RemoveFile> Removes { get; init; } = [];

    /// <summary>Change data files.</summary>
    public IReadOnlyList<AddCdcFile> CdcFiles { get; init; } = [];

    /// <summary>How far applications have got with this version.</summary>
    public IReadOnlyList<SetTransaction> Transactions { get; init; } = [];

    /// <summary>
    /// The files that hold the version's row changes: only change data files where there are any, else the added and removed files whose rows changed.
    /// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#reader-requirements-for-addcdcfile">Reader Requirements for AddCDCFile</see>.
    /// </summary>
    public IEnumerable<DeltaAction> ChangeFiles() =>
        CdcFiles.Count > 0 ? CdcFiles : Adds.Where(add => add.DataChange).Concat<DeltaAction>(Removes.Where(remove => remove.DataChange));

    /// <summary>Whether rows changed.</summary>
    public bool ChangesRows => CdcFiles.Count > 0 || Adds.Any(add => add.DataChange) || Removes.Any(remove => remove.DataChange);
}
