using Tideway.DeltaLog.Actions;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.InboundSync.Runs;

namespace Tideway.InboundSync.Mirror;

/// <summary>What one remote version did to the files.</summary>
internal sealed record RemoteVersion(long Version)
{
    public List<AddLine> Adds { get; } = [];

    public List<RemoveLine> Removes { get; } = [];
}

/// <summary>Why remote versions cannot be followed one by one.</summary>
/// <param name="Reason">What was expected, what came and where.</param>
/// <param name="IsGap">Whether changes that were once there are lost, which people are told.</param>
internal sealed record Obstacle(string Reason, bool IsGap);

/// <summary>Remote versions in their order, up to <paramref name="To"/>; or why they cannot be had.</summary>
internal sealed record RemoteSteps(IReadOnlyList<RemoteVersion> Versions, long To, Obstacle? Obstacle)
{
    private const string HistoryNotShared = "history sharing is not enabled";
    private const int MaxFiles = 20_000;

    /// <summary>Asks for the versions <paramref name="from"/> to <paramref name="to"/>, or fewer where they have very many files.</summary>
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
                return Blocked(exception.Message, isGap: !exception.Message.Contains(HistoryNotShared, StringComparison.OrdinalIgnoreCase));
            }

            to = from + ((to - from) / 2);
        }
    }

    private static async Task<RemoteSteps?> ReadAsync(TableStream answer, long from, long to, Metadata local, CancellationToken cancellationToken)
    {
        var versions = new SortedDictionary<long, RemoteVersion>();
        var files = 0;
        if (Check(answer.Metadata, local) is { } changed)
            return changed;
        await foreach (var line in answer.ReadAsync(cancellationToken))
        {
            switch (line)
            {
                case MetadataLine metadata when Check(metadata, local) is { } obstacle:
                    return obstacle;
                case AddLine add when add.Version >= from && add.Version <= to:
                    Step(versions, add.Version).Adds.Add(add);
                    break;
                case RemoveLine remove when remove.Version >= from && remove.Version <= to:
                    Step(versions, remove.Version).Removes.Add(remove);
                    break;
            }

            if (++files > MaxFiles && to > from)
                return null;
        }

        return new RemoteSteps([.. versions.Values], to, null);
    }

    private static RemoteSteps? Check(MetadataLine remote, Metadata local)
    {
        if (!ReceivedMetadata.IsSameTable(remote, local))
            return Blocked($"the remote table was made anew (id {remote.Id})", isGap: true);
        return ReceivedMetadata.HasSameSchema(remote, local) ? null : Blocked("the remote schema changed", isGap: false);
    }

    private static RemoteVersion Step(SortedDictionary<long, RemoteVersion> versions, long version)
    {
        if (!versions.TryGetValue(version, out var step))
            versions.Add(version, step = new RemoteVersion(version));
        return step;
    }

    private static RemoteSteps Blocked(string reason, bool isGap) => new([], 0, new Obstacle(reason, isGap));
}
