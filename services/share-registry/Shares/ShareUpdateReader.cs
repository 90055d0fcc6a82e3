using System.Text.Json;

namespace Tideway.ShareRegistry.Shares;

/// <summary>Reads what a request says about the objects of a share, each by what reads its kind; several at a time, since each may have to be looked at.</summary>
internal sealed class ShareUpdateReader(TableChangeReader tables, VolumeChangeReader volumes)
{
    private const int ObjectsAtOnce = 4;

    private const int MaxUpdates = ShareLimits.TablesPerShare + ShareLimits.VolumesPerShare;

    /// <summary>The change of tables and volumes, or the first refusal in the order of the request.</summary>
    public async Task<Outcome<ShareChange>> ReadAsync(IReadOnlyList<SharedDataObjectUpdate> updates, string actor, CancellationToken cancellationToken)
    {
        if (updates.Count > MaxUpdates)
            return Refusal.LimitExceeded($"updates: expected at most {MaxUpdates}, got {updates.Count}.");
        var outcomes = new Outcome<ObjectChange>[updates.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = ObjectsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, updates.Count, options, async (i, token) => outcomes[i] = await ReadAsync($"updates[{i}]", updates[i], actor, token));
        if (outcomes.FirstOrDefault(outcome => outcome.Refusal is not null).Refusal is { } refusal)
            return refusal;
        return new ShareChange
        {
            Tables = [.. outcomes.Select(outcome => outcome.Value!.Table).OfType<TableChange>()],
            Volumes = [.. outcomes.Select(outcome => outcome.Value!.Volume).OfType<VolumeChange>()],
        };
    }

    private async Task<Outcome<ObjectChange>> ReadAsync(string field, SharedDataObjectUpdate update, string actor, CancellationToken cancellationToken)
    {
        if (update.DataObject is not { } shared)
            return Refusal.Invalid($"{field}.data_object: expected an object, got none.");
        var action = update.Action?.ToUpperInvariant();
        if (action is not (SharedDataObjectUpdate.Add or SharedDataObjectUpdate.Remove or SharedDataObjectUpdate.Update))
            return Refusal.Invalid($"{field}.action: expected ADD, REMOVE or UPDATE, got '{ShareFields.Shorten(update.Action)}'.");
        field += ".data_object";
        var type = shared.DataObjectType ?? shared.Type ?? "TABLE";
        if (type.ToUpperInvariant() is not ("TABLE" or "VOLUME"))
            return Refusal.Invalid($"{field}.data_object_type: expected TABLE or VOLUME, got '{ShareFields.Shorten(type)}'.");
        if (shared.Partitions is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) })
            return Refusal.Invalid($"{field}.partitions: sharing only some partitions is not supported; expected no such field.");
        if (shared is { SharedAs: not null, StringSharedAs: not null } && shared.SharedAs != shared.StringSharedAs)
            return Refusal.Invalid($"{field}.string_shared_as: expected what shared_as says, got '{ShareFields.Shorten(shared.StringSharedAs)}'.");
        shared = shared with { SharedAs = shared.SharedAs ?? shared.StringSharedAs };
        if (string.IsNullOrEmpty(shared.Name) && string.IsNullOrEmpty(shared.SharedAs))
            return Refusal.Invalid($"{field}.name: expected the {type.ToLowerInvariant()}'s name, got none.");
        if (type.Equals("TABLE", StringComparison.OrdinalIgnoreCase))
        {
            var table = await tables.ReadAsync(field, action, shared, actor, cancellationToken);
            return table.Refusal is null ? new ObjectChange(table.Value, null) : table.Refusal;
        }

        var volume = await volumes.ReadAsync(field, action, shared, actor, cancellationToken);
        return volume.Refusal is null ? new ObjectChange(null, volume.Value) : volume.Refusal;
    }

    private sealed record ObjectChange(TableChange? Table, VolumeChange? Volume);
}
