using System.Text.Json;

namespace Tideway.ShareRegistry.Shares;

/// <summary>What makes a share.</summary>
internal sealed record CreateShareRequest
{
    public string? Name { get; init; }

    /// <summary>A name for people, which recipients see.</summary>
    public string? DisplayName { get; init; }

    public string? Comment { get; init; }

    /// <summary>Pairs that recipients see.</summary>
    public IReadOnlyDictionary<string, string?>? Properties { get; init; }

    public string? Owner { get; init; }
}

/// <summary>What changes a share.</summary>
internal sealed record UpdateShareRequest
{
    public string? NewName { get; init; }

    /// <summary>A name for people, which recipients see; empty for none.</summary>
    public string? DisplayName { get; init; }

    public string? Comment { get; init; }

    /// <summary>All pairs that recipients see; they replace those of before.</summary>
    public IReadOnlyDictionary<string, string?>? Properties { get; init; }

    public string? Owner { get; init; }
    public IReadOnlyList<SharedDataObjectUpdate>? Updates { get; init; }
}

/// <summary>What changes one table or volume of a share.</summary>
internal sealed record SharedDataObjectUpdate
{
    public const string Add = "ADD";
    public const string Remove = "REMOVE";
    public const string Update = "UPDATE";

    public string? Action { get; init; }
    public SharedDataObject? DataObject { get; init; }
}

/// <summary>A table or volume as it is asked to be shared.</summary>
internal sealed record SharedDataObject
{
    public string? Name { get; init; }
    public string? DataObjectType { get; init; }

    /// <summary>Another spelling of <see cref="DataObjectType"/>.</summary>
    public string? Type { get; init; }

    public string? SharedAs { get; init; }

    /// <summary>Another spelling of <see cref="SharedAs"/>, for what is no table.</summary>
    public string? StringSharedAs { get; init; }

    public string? StorageLocation { get; init; }
    public bool? CdfEnabled { get; init; }
    public string? HistoryDataSharingStatus { get; init; }
    public long? StartVersion { get; init; }

    /// <summary>Whether files may be written again for clients that read only plain Parquet; true where not said.</summary>
    public bool? PlainCopiesEnabled { get; init; }

    /// <summary>Whether recipients may read the whole folder with credentials of the store; false where not said.</summary>
    public bool? DirectoryAccessEnabled { get; init; }

    public string? Comment { get; init; }

    /// <summary>Row rules are not supported; they are read so that they can be refused rather than ignored.</summary>
    public JsonElement? Partitions { get; init; }
}
