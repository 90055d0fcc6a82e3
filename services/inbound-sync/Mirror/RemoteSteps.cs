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

/// <summary>Remote versions in their order, or why they cannot be had.</summary>
internal sealed record RemoteSteps(IReadOnlyList<RemoteVersion> Versions, Obstacle? Obstacle)
{
    private const string HistoryNotShared = "history sharing is not enabled";

    /// <summary>Asks for the versions <paramref name="from"/> to <paramref name="to"/>.</summary>
    public static async Task<RemoteSteps> ReadAsync(SyncWork work, long from, long to, Metadata local, CancellationToken cancellationToken)
    {
        var versions = new SortedDictionary<long, RemoteVersion>();
        try
        {
            await foreach (var line in work.Remote.VersionsAsync(from, to, cancellationToken))
            {
                switch (line)
                {
                    case MetadataLine metadata when metadata.Id != local.Configuration.GetValueOrDefault(LocalTable.RemoteIdProperty):
                        return Blocked($"the remote table was made anew (id {metadata.Id})", isGap: true);
                    case MetadataLine metadata when !MirrorMetadata.Fits(metadata, local):
                        return Blocked("the remote schema changed", isGap: false);
                    case AddLine add when add.Version >= from && add.Version <= to:
                        Step(versions, add.Version).Adds.Add(add);
                        break;
                    case RemoveLine remove when remove.Version >= from && remove.Version <= to:
                        Step(versions, remove.Version).Removes.Add(remove);
                        break;
                }
            }
        }
        catch (DeltaSharingException exception) when (exception.Status is 400 or 404)
        {
            return Blocked(exception.Message, isGap: !exception.Message.Contains(HistoryNotShared, StringComparison.OrdinalIgnoreCase));
        }

        return new RemoteSteps([.. versions.Values], null);
    }

    private static RemoteVersion Step(SortedDictionary<long, RemoteVersion> versions, long version)
    {
        if (!versions.TryGetValue(version, out var step))
            versions.Add(version, step = new RemoteVersion(version));
        return step;
    }

    private static RemoteSteps Blocked(string reason, bool isGap) => new([], new Obstacle(reason, isGap));
}
