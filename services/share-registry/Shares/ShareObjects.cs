using Tideway.Hosting.Database;

namespace Tideway.ShareRegistry.Shares;

/// <summary>The tables and volumes of a share within a change of it: as they were, as they are to be, and how the difference is written.</summary>
internal sealed class ShareObjects
{
    private readonly Share share;
    private readonly IReadOnlyList<ShareTable> tablesBefore;
    private readonly IReadOnlyList<ShareVolume> volumesBefore;

    private ShareObjects(Share share, IReadOnlyList<ShareTable> tables, IReadOnlyList<ShareVolume> volumes)
    {
        this.share = share;
        Tables = tablesBefore = tables;
        Volumes = volumesBefore = volumes;
    }

    /// <summary>Tables by schema and name.</summary>
    public IReadOnlyList<ShareTable> Tables { get; private set; }

    /// <summary>Volumes by schema and name.</summary>
    public IReadOnlyList<ShareVolume> Volumes { get; private set; }

    // The database may have its own order of names.
    public bool AreChanged =>
        Tables.Count != tablesBefore.Count || Volumes.Count != volumesBefore.Count || Tables.Except(tablesBefore).Any() || Volumes.Except(volumesBefore).Any();

    public static async Task<ShareObjects> ReadAsync(ServiceTransaction transaction, Share share, CancellationToken cancellationToken) =>
        new(
            share,
            await transaction.QueryAsync<ShareTable>(ShareSql.Tables, new { shareId = share.ShareId }, cancellationToken),
            await transaction.QueryAsync<ShareVolume>(ShareSql.Volumes, new { shareId = share.ShareId }, cancellationToken)
        );

    /// <summary>Makes a change here, or says why not; nothing is written yet.</summary>
    public Refusal? Apply(ShareChange change)
    {
        var (tables, volumes) = (new TableList(share.Name, tablesBefore), new VolumeList(share.Name, volumesBefore));
        if (change.Tables.Select(tables.Apply).FirstOrDefault(refusal => refusal is not null) is { } tableRefusal)
            return tableRefusal;
        if (change.Volumes.Select(volumes.Apply).FirstOrDefault(refusal => refusal is not null) is { } volumeRefusal)
            return volumeRefusal;
        Tables = Sorted(tables.Tables.Select(table => table with { ShareId = share.ShareId }), table => table.SchemaName, table => table.TableName);
        Volumes = Sorted(volumes.Volumes.Select(volume => volume with { ShareId = share.ShareId }), volume => volume.SchemaName, volume => volume.VolumeName);
        return null;
    }

    /// <summary>Writes what changed; a refusal where a place that was given away belongs to an object of the other kind already, or opens another table.</summary>
    public async Task<Refusal?> WriteAsync(ServiceTransaction transaction, CancellationToken cancellationToken)
    {
        var (newTables, newVolumes) = (Tables.Except(tablesBefore).ToList(), Volumes.Except(volumesBefore).ToList());
        foreach (var table in tablesBefore.Except(Tables))
            await transaction.ExecuteAsync(ShareSql.DeleteTable, new { table.TableId }, cancellationToken);
        foreach (var volume in volumesBefore.Except(Volumes))
            await transaction.ExecuteAsync(ShareSql.DeleteVolume, new { volume.VolumeId }, cancellationToken);
        foreach (var table in newTables)
            await transaction.ExecuteAsync(ShareSql.InsertTable, RowOf(table), cancellationToken);
        foreach (var volume in newVolumes)
            await transaction.ExecuteAsync(ShareSql.InsertVolume, RowOf(volume), cancellationToken);
        return await SharedPlaces.CheckAsync(
            transaction,
            newTables
                .Where(table =>
                    !tablesBefore.Any(old => old.TableId == table.TableId && old.Location == table.Location && (old.DirectoryAccess || !table.DirectoryAccess))
                )
                .ToList(),
            newVolumes.Where(volume => !volumesBefore.Any(old => old.VolumeId == volume.VolumeId && old.Location == volume.Location)).ToList(),
            cancellationToken
        );
    }

    private static List<T> Sorted<T>(IEnumerable<T> items, Func<T, string> schema, Func<T, string> name) =>
        [.. items.OrderBy(item => Share.KeyOf(schema(item)), StringComparer.Ordinal).ThenBy(item => Share.KeyOf(name(item)), StringComparer.Ordinal)];

    private static object RowOf(ShareTable table) =>
        new
        {
            table.TableId,
            table.ShareId,
            table.SourceName,
            table.SchemaName,
            SchemaKey = Share.KeyOf(table.SchemaName),
            table.TableName,
            TableKey = Share.KeyOf(table.TableName),
            table.Location,
            table.HistoryShared,
            table.ChangeFeedShared,
            table.StartVersion,
            table.PlainCopies,
            table.DirectoryAccess,
            table.Comment,
            table.AddedAt,
            table.AddedBy,
        };

    private static object RowOf(ShareVolume volume) =>
        new
        {
            volume.VolumeId,
            volume.ShareId,
            volume.SourceName,
            volume.SchemaName,
            SchemaKey = Share.KeyOf(volume.SchemaName),
            volume.VolumeName,
            VolumeKey = Share.KeyOf(volume.VolumeName),
            volume.Location,
            volume.Comment,
            volume.AddedAt,
            volume.AddedBy,
        };
}
