using Tideway.ShareRegistry.Volumes;

namespace Tideway.ShareRegistry.Shares;

/// <summary>Reads what a request says about a volume and looks at the folder it names.</summary>
internal sealed class VolumeChangeReader(VolumeProbe probe, TimeProvider time)
{
    public async Task<Outcome<VolumeChange>> ReadAsync(string field, string action, SharedDataObject volume, string actor, CancellationToken cancellationToken)
    {
        if (CheckValues(field, volume) is { } invalid)
            return invalid;
        return action switch
        {
            SharedDataObjectUpdate.Add => await ReadAddAsync(field, volume, actor, cancellationToken),
            SharedDataObjectUpdate.Remove => new VolumeChange.Remove(volume.Name, volume.SharedAs),
            _ => await ReadUpdateAsync(field, volume, cancellationToken),
        };
    }

    private async Task<Outcome<VolumeChange>> ReadAddAsync(string field, SharedDataObject volume, string actor, CancellationToken cancellationToken)
    {
        var name = volume.Name ?? volume.SharedAs!;
        if (name.Length > ShareLimits.NameLength)
            return Refusal.Invalid($"{field}.name: expected at most {ShareLimits.NameLength} characters, got {name.Length}.");
        var source = volume.SharedAs is null ? $"{field}.name" : $"{field}.shared_as";
        if (ShareFields.ReadSharedAs(source, volume.SharedAs ?? ShareFields.DefaultSharedAs(name), out var alias, "volume") is { } unnamed)
            return unnamed;
        if (volume.StorageLocation is null)
            return Refusal.Invalid($"{field}.storage_location: expected the folder of the volume, got none.");
        var probed = await probe.LookAsync($"{field}.storage_location", volume.StorageLocation, cancellationToken);
        if (probed.Refusal is not null)
            return probed.Refusal;
        return new VolumeChange.Add(
            new ShareVolume
            {
                VolumeId = Guid.CreateVersion7(time.GetUtcNow()),
                SourceName = name,
                SchemaName = alias.Schema,
                VolumeName = alias.Name,
                Location = probed.Value!.AbsoluteUri,
                Comment = volume.Comment,
                AddedAt = time.GetUtcNow(),
                AddedBy = actor,
            }
        );
    }

    private async Task<Outcome<VolumeChange>> ReadUpdateAsync(string field, SharedDataObject volume, CancellationToken cancellationToken)
    {
        (string, string)? alias = null;
        if (volume.SharedAs is not null)
        {
            if (ShareFields.ReadSharedAs($"{field}.shared_as", volume.SharedAs, out var parts, "volume") is { } unnamed)
                return unnamed;
            alias = parts;
        }

        Uri? location = null;
        if (volume.StorageLocation is not null)
        {
            var probed = await probe.LookAsync($"{field}.storage_location", volume.StorageLocation, cancellationToken);
            if (probed.Refusal is not null)
                return probed.Refusal;
            location = probed.Value;
        }

        return new VolumeChange.Update(volume.Name)
        {
            SharedAs = alias,
            Location = location?.AbsoluteUri,
            Comment = volume.Comment,
        };
    }

    // What a volume has none of may be said to be off.
    private static Refusal? CheckValues(string field, SharedDataObject volume)
    {
        if (ShareFields.ReadHistoryStatus($"{field}.history_data_sharing_status", volume.HistoryDataSharingStatus, out var historyShared) is { } status)
            return status;
        if (historyShared == true)
            return Refusal.Invalid($"{field}.history_data_sharing_status: a volume has no history; expected no such field.");
        if (volume.CdfEnabled == true)
            return Refusal.Invalid($"{field}.cdf_enabled: a volume has no change feed; expected no such field.");
        if (volume.StartVersion is not null)
            return Refusal.Invalid($"{field}.start_version: a volume has no versions; expected no such field.");
        if (volume.PlainCopiesEnabled == true)
            return Refusal.Invalid($"{field}.plain_copies_enabled: files of a volume are never written again; expected no such field.");
        return ShareFields.CheckComment($"{field}.comment", volume.Comment);
    }
}
