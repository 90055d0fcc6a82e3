using Tideway.DeltaLog.Actions;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Tables;
using Tideway.InboundSync.Runs;

namespace Tideway.InboundSync.Mirror;

/// <summary>What one remote version did to the files.</summary>
internal sealed record RemoteVersion(long Version)
{
    public List<SharedFile> Adds { get; } = [];

    public List<SharedFile> Removes { get; } = [];

    /// <summary>Takes the files that were added as they came here.</summary>
    public void Name(Func<SharedFile, SharedFile> find)
    {
        for (var index = 0; index < Adds.Count; index++)
            Adds[index] = find(Adds[index]) with { Version = Adds[index].Version };
    }
}

/// <summary>Why remote versions cannot be followed one by one.</summary>
/// <param name="Reason">What was expected, what came and where.</param>
/// <param name="IsGap">Whether changes that were once there are lost, which people are told.</param>
internal sealed record Obstacle(string Reason, bool IsGap);

/// <summary>Remote versions in their order, up to <paramref name="To"/>; or why they cannot be had.</summary>
internal sealed record RemoteSteps(IReadOnlyList<RemoteVersion> Versions, long To, Obstacle? Obstacle)
{
    private const string HistoryNotShared = "history sharing is not enabled";
    private const string CannotBeAsked = "UNSUPPORTED_OPERATION";
    private const int MaxFiles = 20_000;

    // What is held of files is text; a partner says how long it is.
    private const long MaxCharacters = 64L * 1024 * 1024;

    /// <summary>
    /// Asks for the versions <paramref name="from"/> to <paramref name="to"/>, or fewer where they have very many files. One that alone has more than can be held
    /// is an obstacle.
    /// </summary>
    public static async Task<RemoteSteps> ReadAsync(SyncWork work, long from, long to, Metadata local, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await using var answer = await work.Remote.VersionsAsync(from, to, cancellationToken);
                if (await ReadAsync(answer, from, to, local, cancellationToken) is { } steps)
                    return steps;
            }
            catch (DeltaSharingException exception) when (exception.Status is 400 or 404)
            {
                // A server that cannot follow a table version by version has not lost any.
                var isNotToBeHad = exception.ErrorCode == CannotBeAsked || exception.Message.Contains(HistoryNotShared, StringComparison.OrdinalIgnoreCase);
                return Blocked(exception.Message, isGap: !isNotToBeHad);
            }

            to = from + ((to - from) / 2);
        }
    }

    private static async Task<RemoteSteps?> ReadAsync(TableStream answer, long from, long to, Metadata local, CancellationToken cancellationToken)
    {
        var versions = new SortedDictionary<long, RemoteVersion>();
        var (files, characters) = (0, 0L);
        var description = SharedDescription.Of(answer);
        if (Check(description.Metadata, local) is { } changed)
            return changed;
        await foreach (var line in answer.ReadAsync(cancellationToken))
        {
            if (description.MetadataOf(line) is { } metadata && Check(metadata, local) is { } obstacle)
                return obstacle;
            if (SharedFile.Of(line) is { } file)
            {
                if (file.Version is not { } version)
                    return Blocked("the server tells files without their version", isGap: false);
                if (version >= from && version <= to && file.Action is AddFile or RemoveFile)
                {
                    Include(Step(versions, version), file);
                    characters += file.Characters;
                }
            }

            if ((++files > MaxFiles || characters > MaxCharacters) && to > from)
                return null;
            if (characters > MaxCharacters)
                return Blocked($"the files of version {from} have more than {MaxCharacters} characters", isGap: false);
        }

        return new RemoteSteps([.. versions.Values], to, null);
    }

    private static RemoteSteps? Check(Metadata remote, Metadata local)
    {
        if (!ReceivedMetadata.IsSameTable(remote, local))
            return Blocked($"the remote table was made anew (id {remote.Id})", isGap: true);
        return ReceivedMetadata.HasSameSchema(remote, local) ? null : Blocked("the remote schema changed", isGap: false);
    }

    private static void Include(RemoteVersion step, SharedFile file) => (file.Action is AddFile ? step.Adds : step.Removes).Add(file);

    private static RemoteVersion Step(SortedDictionary<long, RemoteVersion> versions, long version)
    {
        if (!versions.TryGetValue(version, out var step))
            versions.Add(version, step = new RemoteVersion(version));
        return step;
    }

    private static RemoteSteps Blocked(string reason, bool isGap) => new([], 0, new Obstacle(reason, isGap));
}
