namespace Tideway.ShareRegistry.Volumes;

/// <summary>What volumes a recipient may see. Every statement starts from its grants, so that nothing else can come out.</summary>
internal static class GrantedVolumesSql
{
    private const string Columns =
        "v.volume_id AS VolumeId, s.share_id AS ShareId, s.name AS ShareName, v.schema_name AS SchemaName, v.schema_key AS SchemaKey, v.volume_name AS VolumeName, v.volume_key AS VolumeKey, v.location AS Location";

    private const string Volumes =
        "FROM share_grant g JOIN share s ON s.share_id = g.share_id JOIN shared_volume v ON v.share_id = s.share_id WHERE g.recipient_id = @recipientId AND s.name_key = @share";

    public const string List = $"SELECT {Columns} {Volumes} AND v.schema_key = @schema AND v.volume_key > @after ORDER BY v.volume_key LIMIT @limit";

    public const string ListAll =
        $"SELECT {Columns} {Volumes} AND (v.schema_key, v.volume_key) > (@afterSchema, @afterVolume) ORDER BY v.schema_key, v.volume_key LIMIT @limit";

    public const string Find = $"SELECT {Columns} {Volumes} AND v.schema_key = @schema AND v.volume_key = @volume";
}
