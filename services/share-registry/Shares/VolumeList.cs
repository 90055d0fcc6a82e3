namespace Tideway.ShareRegistry.Shares;

/// <summary>The volumes of a share while they are being changed.</summary>
internal sealed class VolumeList(string shareName, IEnumerable<ShareVolume> volumes)
{
    private readonly ObjectList<ShareVolume> list = new(shareName, "volume", ShareLimits.VolumesPerShare, volumes);

    public IReadOnlyList<ShareVolume> Volumes => list.Items;

    /// <summary>Applies a change, or says why not.</summary>
    public Refusal? Apply(VolumeChange change) =>
        change switch
        {
            VolumeChange.Add add => list.Add(add.Volume),
            VolumeChange.Remove remove => list.Remove(remove.Name, remove.SharedAs),
            VolumeChange.Update update => list.Update(
                update.Name,
                update.SharedAs is { } alias ? $"{alias.Schema}.{alias.Volume}" : null,
                before =>
                    before with
                    {
                        SchemaName = update.SharedAs?.Schema ?? before.SchemaName,
                        VolumeName = update.SharedAs?.Volume ?? before.VolumeName,
                        Location = update.Location ?? before.Location,
                        Comment = update.Comment ?? before.Comment,
                    }
            ),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
}
