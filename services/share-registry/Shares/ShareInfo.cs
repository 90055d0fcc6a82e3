namespace Tideway.ShareRegistry.Shares;

/// <summary>A share in the management API. Times are milliseconds since 1970.</summary>
internal sealed record ShareInfo
{
    public required string Name { get; init; }
    public required Guid Id { get; init; }
    public string? DisplayName { get; init; }
    public string? Comment { get; init; }
    public IReadOnlyDictionary<string, string>? Properties { get; init; }
    public string? Owner { get; init; }
    public IReadOnlyList<SharedDataObjectInfo>? Objects { get; init; }
    public required long CreatedAt { get; init; }
    public required string CreatedBy { get; init; }
    public required long UpdatedAt { get; init; }
    public required string UpdatedBy { get; init; }

    public static ShareInfo Of(Share share, bool withObjects) =>
        new()
        {
            Name = share.Name,
            Id = share.ShareId,
            DisplayName = share.DisplayName,
            Comment = share.Comment,
            Properties = ShareProperties.Of(share.Properties),
            Owner = share.Owner,
            Objects = withObjects ? [.. share.Tables.Select(SharedDataObjectInfo.Of), .. share.Volumes.Select(SharedDataObjectInfo.Of)] : null,
            CreatedAt = share.CreatedAt.ToUnixTimeMilliseconds(),
            CreatedBy = share.CreatedBy,
            UpdatedAt = share.UpdatedAt.ToUnixTimeMilliseconds(),
            UpdatedBy = share.UpdatedBy,
        };
}

/// <summary>A page of shares.</summary>
internal sealed record ShareList(IReadOnlyList<ShareInfo> Shares, string? NextPageToken);

/// <summary>A table or volume of a share in the management API; a volume has no history, no versions and no copies.</summary>
internal sealed record SharedDataObjectInfo
{
    public required string Name { get; init; }
    public required Guid Id { get; init; }
    public required string DataObjectType { get; init; }
    public required string SharedAs { get; init; }
    public required string StorageLocation { get; init; }
    public bool? CdfEnabled { get; init; }
    public string? HistoryDataSharingStatus { get; init; }
    public long? StartVersion { get; init; }
    public bool? PlainCopiesEnabled { get; init; }
    public bool? DirectoryAccessEnabled { get; init; }
    public string? Comment { get; init; }
    public required long AddedAt { get; init; }
    public required string AddedBy { get; init; }

    public static SharedDataObjectInfo Of(ShareTable table) =>
        new()
        {
            Name = table.SourceName,
            Id = table.TableId,
            DataObjectType = "TABLE",
            SharedAs = table.SharedAs,
            StorageLocation = table.Location,
            CdfEnabled = table.ChangeFeedShared,
            HistoryDataSharingStatus = table.HistoryShared ? "ENABLED" : "DISABLED",
            StartVersion = table.StartVersion,
            PlainCopiesEnabled = table.PlainCopies,
            DirectoryAccessEnabled = table.DirectoryAccess,
            Comment = table.Comment,
            AddedAt = table.AddedAt.ToUnixTimeMilliseconds(),
            AddedBy = table.AddedBy,
        };

    public static SharedDataObjectInfo Of(ShareVolume volume) =>
        new()
        {
            Name = volume.SourceName,
            Id = volume.VolumeId,
            DataObjectType = "VOLUME",
            SharedAs = volume.SharedAs,
            StorageLocation = volume.Location,
            Comment = volume.Comment,
            AddedAt = volume.AddedAt.ToUnixTimeMilliseconds(),
            AddedBy = volume.AddedBy,
        };
}
