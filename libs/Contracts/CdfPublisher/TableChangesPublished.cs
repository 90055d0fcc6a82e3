namespace Tideway.Contracts.CdfPublisher;

/// <summary>Versions of a shared table became readable for recipients.</summary>
public sealed record TableChangesPublished
{
    /// <summary>The share.</summary>
    public required Guid ShareId { get; init; }

    /// <summary>Name of the share at that time.</summary>
    public required string ShareName { get; init; }

    /// <summary>The table within the share.</summary>
    public required Guid TableId { get; init; }

    /// <summary>Schema under which recipients see it.</summary>
    public required string Schema { get; init; }

    /// <summary>Name under which recipients see it.</summary>
    public required string Name { get; init; }

    /// <summary>First new version.</summary>
    public required long FromVersion { get; init; }

    /// <summary>Last new version.</summary>
    public required long ToVersion { get; init; }

    /// <summary>Whether row changes can be read for the range.</summary>
    public required bool ChangeFeedAvailable { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
