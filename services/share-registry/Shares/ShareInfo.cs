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
            Objects = withObjects ? [.. share.Tables.Select(SharedDataObjectInfo.Of)] : null,
            CreatedAt = share.CreatedAt.ToUnixTimeMilliseconds(),
            CreatedBy = share.CreatedBy,
            UpdatedAt = share.UpdatedAt.ToUnixTimeMilliseconds(),
            UpdatedBy = share.UpdatedBy,
        };
}

/// <summary>A page of shares.</summary>
internal sealed record ShareList(IReadOnlyList<ShareInfo> Shares, string? NextPageToken);

/// <summary>A table of a share in the management API.</summary>
internal sealed record SharedDataObjectInfo
{
    public required string Name { get; init; }
    public required Guid Id { get; init; }
    public required string DataObjectType { get; init; }
    public required string SharedAs { get; init; }
    public required string StorageLocation { get; init; }
    public required bool CdfEnabled { get; init; }
    public required string HistoryDataSharingStatus { get; init; }
    public required long StartVersion { get; init; }
    public required bool PlainCopiesEnabled { get; init; }
    public required bool DirectoryAccessEnabled { get; init; }
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
}
