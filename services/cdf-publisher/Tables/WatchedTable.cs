namespace Tideway.CdfPublisher.Tables;

/// <summary>How far the announcements of a table have got, as the database has it.</summary>
internal sealed record WatchedTable
{
    public required string StorageLocation { get; init; }

    /// <summary>Last version announced; null before the first.</summary>
    public long? LastVersion { get; init; }

    public string? MetadataId { get; init; }

    public string? SchemaFingerprint { get; init; }

    /// <summary>Stamp of the commit file of <see cref="LastVersion"/>; null where it was gone already.</summary>
    public string? LastCommit { get; init; }

    public bool ChangeFeedEnabled { get; init; }

    public int Failures { get; init; }

    public string? LastError { get; init; }

    /// <summary>Whether a share shows the table and was not told of any version yet.</summary>
    public bool HasUnannouncedShare { get; init; }

    public TableSchemaState? State =>
        MetadataId is null || SchemaFingerprint is null ? null : new TableSchemaState(MetadataId, SchemaFingerprint, ChangeFeedEnabled);
}
