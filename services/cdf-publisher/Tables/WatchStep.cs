namespace Tideway.CdfPublisher.Tables;

/// <summary>What one look at a table found and is to be announced.</summary>
internal sealed record WatchStep
{
    /// <summary>The table as it stood before.</summary>
    public required WatchedTable Before { get; init; }

    /// <summary>Last version to announce.</summary>
    public required long ToVersion { get; init; }

    /// <summary>Metadata as of <see cref="ToVersion"/>.</summary>
    public required TableSchemaState State { get; init; }

    /// <summary>Stamp of the commit file of <see cref="ToVersion"/>.</summary>
    public required string? LastCommit { get; init; }

    /// <summary>The versions whose commits could be read, ascending, each with the fingerprint of its schema.</summary>
    public required IReadOnlyList<(CommittedVersion Commit, string SchemaFingerprint)> Commits { get; init; }

    /// <summary>First version from which on every one up to <see cref="ToVersion"/> records its row changes; null where not even that does.</summary>
    public required long? ChangeFeedSince { get; init; }

    /// <summary>The table is new here, or another one than before: what was announced before says nothing of it.</summary>
    public required bool StartsOver { get; init; }
}
