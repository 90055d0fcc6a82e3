using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.LogSegments;

/// <summary>The files from which one version of a table is rebuilt: a checkpoint, if there is one, and every commit after it.</summary>
/// <param name="Version">The version.</param>
/// <param name="Checkpoint">The checkpoint to start from.</param>
/// <param name="Commits">The commits after the checkpoint, without gaps.</param>
/// <param name="LastModified">When the last file of the segment was written.</param>
internal sealed record LogSegment(long Version, CheckpointFiles? Checkpoint, IReadOnlyList<LogFile> Commits, DateTimeOffset LastModified)
{
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
        var hint = damaged is null ? await LastCheckpoint.FindVersionAsync(store, cancellationToken).ConfigureAwait(false) : null;
        var start = hint is { } at && (version is null || at <= version) ? at : 0;
        var listing = await LogListing.ReadAsync(store, start, cancellationToken).ConfigureAwait(false);
        if (damaged is not null)
            listing.Leave(damaged);
        if (start > 0 && listing.NewestCheckpoint(version) is null)
            listing = await LogListing.ReadAsync(store, 0, cancellationToken).ConfigureAwait(false);
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

    private static LogSegment Build(IObjectStore store, LogListing listing, long? version)
    {
        var checkpoint = listing.NewestCheckpoint(version);
        var next = (checkpoint?.Version ?? -1) + 1;
        var latest = Math.Max(listing.Commits.Count > 0 ? listing.Commits[^1].Version : -1, checkpoint?.Version ?? -1);
        if (version > latest)
            throw NotFound(store, version.Value, $"the latest one is {latest}");
        if (version is { } wanted && checkpoint is null && listing.Commits is [{ Version: > 0 and var first }, ..] && wanted < first)
            throw NotFound(store, wanted, $"the log was cleaned up and begins at version {listing.EarliestRecreatableVersion() ?? first}");

        var commits = listing.Commits.Where(file => file.Version >= next && (version is null || file.Version <= version)).ToList();
        foreach (var commit in commits)
        {
            if (commit.Version != next)
                throw Gap(store, next, commit.Version - 1);
            next++;
        }

        if (version is { } last && next <= last)
            throw Gap(store, next, last);
        var modified =
            commits.Count > 0
                ? commits[^1].Info.LastModified
                : listing.Commits.Find(file => file.Version == checkpoint!.Version).Info?.LastModified ?? checkpoint!.Files[^1].LastModified;
        var start = next - commits.Count;
        return new LogSegment(next - 1, checkpoint, commits, modified)
        {
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

    private static DeltaLogException NotFound(IObjectStore store, long version, string reason) =>
        new(DeltaLogError.VersionNotFound, $"There is no version {version} of '{store.Root}': {reason}.") { TableRoot = store.Root, Version = version };
}
