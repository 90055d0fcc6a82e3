using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.Changes;

/// <summary>What is known to who reads changes, and how far ahead they look.</summary>
public sealed record ChangesOptions
{
    /// <summary>
    /// The protocol and metadata of the first version (<see cref="DeltaTable.LoadDescriptionAsync"/>), or of the one before it: saves reading them.
    /// </summary>
    public (Protocol Protocol, Metadata Metadata)? Description { get; init; }

    /// <summary>
    /// The <see cref="VersionChanges.Timestamp"/> of the version before the first one, for who goes on with a range and would tell the same times as in one go.
    /// </summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>
    /// How many versions are looked for in the log at a time, for who may stop early, where the last version is given; <see langword="null"/> for all of them before
    /// the first is read, so that one that is missing shows then.
    /// </summary>
    public int? Portion { get; init; }
}
