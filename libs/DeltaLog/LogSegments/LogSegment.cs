using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.LogSegments;

/// <summary>The files from which one version of a table is rebuilt: a checkpoint, if there is one, and every commit after it.</summary>
/// <param name="Version">The version.</param>
/// <param name="Checkpoint">The checkpoint to start from.</param>
/// <param name="Commits">The commits after the checkpoint, without gaps.</param>
/// <param name="LastModified">When the last file of the segment was written.</param>
internal sealed record LogSegment(long Version, CheckpointFiles? Checkpoint, IReadOnlyList<LogFile> Commits, DateTimeOffset LastModified)
{
    // Checkpoints are mostly written every ten or hundred commits.
    private const long FirstWindow = 128;
    private const long WindowGrowth = 16;

    /// <summary>The commit of the version itself, where it is still there although a checkpoint holds what it did.</summary>
    public ObjectInfo? LastCommit { get; private init; }

    /// <summary>Files that can be read in place of some of the commits.</summary>
    public IReadOnlyList<LogFile> Compactions { get; private init; } = [];

    /// <summary>The segment for <paramref name="version"/>, or for the latest one.</summary>
    public static Task<LogSegment> FindAsync(IObjectStore store, long? version, CancellationToken cancellationToken) =>
        FindAsync(store, version, damaged: null, cancellationToken);

    /// <summary>The segment that does not begin with one of the <paramref name="damaged"/> checkpoint files.</summary>
    public static async Task<LogSegment> FindAsync(IObjectStore store, long? version, IReadOnlySet<string>? damaged, CancellationToken cancellationToken)
    {
        if (version < 0)
            throw NotFound(store, version.Value, "versions start at 0");
        var listing = await ListAsync(store, version, damaged, cancellationToken).ConfigureAwait(false);
        if (listing.IsEmpty)
        {
            throw new DeltaLogException(
                DeltaLogError.NotADeltaTable,
                $"Expected a Delta table at '{store.Root}', found neither commits nor checkpoints in its _delta_log folder."
            )
            {
                TableRoot = store.Root,
            };
        }

        return Build(store, listing, version);
    }

    // No more of the log than the question needs: its end from the last checkpoint on, or what leads up to a version from the checkpoint before it.
    private static async Task<LogListing> ListAsync(IObjectStore store, long? version, IReadOnlySet<string>? damaged, CancellationToken cancellationToken)
    {
        var hint = damaged is null ? await LastCheckpoint.FindVersionAsync(store, cancellationToken).ConfigureAwait(false) : null;
        if (hint > 0 && (version is null || hint <= version))
        {
            var end = await LogListing.ReadAsync(store, hint.Value, cancellationToken).ConfigureAwait(false);
            if (end.NewestCheckpoint(version) is not null)
                return end;
        }

        for (var window = FirstWindow; version is { } wanted; window *= WindowGrowth)
        {
            var from = Math.Max(0, wanted - window + 1);
            var part = await LogListing.ReadAsync(store, from, cancellationToken, wanted).ConfigureAwait(false);
            part.Leave(damaged);
            if (part.LeadsUpTo(wanted))
                return part;
            if (from == 0)
                break;
        }

        // Beyond the version too: where it cannot be rebuilt, what is there says why.
        var whole = await LogListing.ReadAsync(store, 0, cancellationToken).ConfigureAwait(false);
        whole.Leave(damaged);
        return whole;
    }

    private static LogSegment Build(IObjectStore store, LogListing listing, long? version)
    {
        var checkpoint = listing.NewestCheckpoint(version);
        var next = (checkpoint?.Version ?? -1) + 1;
        var latest = Math.Max(listing.Commits.Count > 0 ? listing.Commits[^1].Version : -1, checkpoint?.Version ?? -1);
        if (version > latest)
            throw NotFound(store, version.Value, $"the latest one is {latest}");
        if (version is { } wanted && checkpoint is null)
        {
            var earliest = listing.EarliestRecreatableVersion();
            var first = earliest ?? listing.Commits.FirstOrDefault().Version;
            if (wanted < first)
                throw NotFound(store, wanted, $"the log was cleaned up and begins at version {first}", earliest);
        }

        var commits = listing.Commits.Where(file => file.Version >= next && (version is null || file.Version <= version)).ToList();
        foreach (var commit in commits)
        {
            if (commit.Version != next)
                throw Gap(store, next, commit.Version - 1);
            next++;
        }

        if (version is { } last && next <= last)
            throw Gap(store, next, last);
        if (checkpoint is null && commits.Count == 0)
        {
            throw new DeltaLogException(
                DeltaLogError.MissingCommits,
                $"Expected a commit or a whole checkpoint in the log of '{store.Root}', found only parts of checkpoints."
            )
            {
                TableRoot = store.Root,
            };
        }

        var lastCommit = commits.Count > 0 ? commits[^1].Info : listing.Commits.Find(file => file.Version == checkpoint!.Version).Info;
        var start = next - commits.Count;
        return new LogSegment(next - 1, checkpoint, commits, lastCommit?.LastModified ?? checkpoint!.Files[^1].LastModified)
        {
            LastCommit = lastCommit,
            Compactions = [.. listing.Compactions.Where(file => file.Version >= start && file.LastVersion < next)],
        };
    }

    private static DeltaLogException Gap(IObjectStore store, long from, long to) =>
        new(
            DeltaLogError.MissingCommits,
            from == to
                ? $"Expected the commit of version {from} of '{store.Root}', found none."
                : $"Expected the commits of versions {from} to {to} of '{store.Root}', found none."
        )
        {
            TableRoot = store.Root,
            Version = from,
        };

    private static DeltaLogException NotFound(IObjectStore store, long version, string reason, long? earliest = null) =>
        new(DeltaLogError.VersionNotFound, $"There is no version {version} of '{store.Root}': {reason}.")
        {
            TableRoot = store.Root,
            Version = version,
            EarliestVersion = earliest,
        };
}
