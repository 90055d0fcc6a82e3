using Tideway.Contracts.ShareRegistry;

namespace Tideway.ShareRegistry.Shares;

/// <summary>A share as it is stored.</summary>
internal sealed record Share
{
    public Guid ShareId { get; init; }
    public string Name { get; init; } = "";
    public string? DisplayName { get; init; }
    public string? Comment { get; init; }

    /// <summary>As <see cref="ShareProperties"/> writes them.</summary>
    public string? Properties { get; init; }

    public string? Owner { get; init; }
    public long Revision { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public string CreatedBy { get; init; } = "";
    public DateTimeOffset UpdatedAt { get; init; }
    public string UpdatedBy { get; init; } = "";

    /// <summary>Tables by schema and name; empty where they were not asked for.</summary>
    public IReadOnlyList<ShareTable> Tables { get; init; } = [];

    /// <summary>Volumes by schema and name; empty where they were not asked for.</summary>
    public IReadOnlyList<ShareVolume> Volumes { get; init; } = [];

    /// <summary>Names are compared without regard to case.</summary>
    public static string KeyOf(string name) => name.ToLowerInvariant();
}

/// <summary>A table of a share as it is stored.</summary>
internal sealed record ShareTable : IShareObject
{
    public Guid TableId { get; init; }
    public Guid ShareId { get; init; }

    /// <summary>What the owner calls the table, for example <c>main.sales.orders</c>.</summary>
    public string SourceName { get; init; } = "";

    public string SchemaName { get; init; } = "";
    public string TableName { get; init; } = "";

    /// <summary>Root folder of the Delta table as a URL.</summary>
    public string Location { get; init; } = "";

    public bool HistoryShared { get; init; }
    public bool ChangeFeedShared { get; init; }
    public long StartVersion { get; init; }

    /// <summary>Whether its files may be written again, into a folder of our own, for clients that read only plain Parquet.</summary>
    public bool PlainCopies { get; init; } = true;

    /// <summary>Whether recipients may read the table's folder, with all that is in it, with credentials of the store.</summary>
    public bool DirectoryAccess { get; init; }

    public string? Comment { get; init; }
    public DateTimeOffset AddedAt { get; init; }
    public string AddedBy { get; init; } = "";

    /// <summary>Schema and name as recipients see them.</summary>
    public string SharedAs => $"{SchemaName}.{TableName}";

    public SharedTable ToContract() =>
        new()
        {
            TableId = TableId,
            Schema = SchemaName,
            Name = TableName,
            StorageLocation = Location,
            HistoryShared = HistoryShared,
            ChangeFeedShared = ChangeFeedShared,
            StartVersion = StartVersion,
            PlainCopiesRefused = !PlainCopies,
        };
}
