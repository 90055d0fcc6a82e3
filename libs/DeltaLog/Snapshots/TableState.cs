using System.Collections.Immutable;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Features;

namespace Tideway.DeltaLog.Snapshots;

/// <summary>Everything about a version but its files.</summary>
internal sealed record TableState(
    Protocol Protocol,
    Metadata Metadata,
    ImmutableDictionary<string, SetTransaction> Transactions,
    ImmutableDictionary<string, DomainMetadata> Domains
)
{
    private const long BytesPerEntry = 200;

    /// <summary>About how many bytes of memory it takes.</summary>
    public long BytesHeld =>
        ((1 + Transactions.Count + Domains.Count + Metadata.Configuration.Count) * BytesPerEntry)
        + (sizeof(char) * ((long)Metadata.SchemaString.Length + Domains.Sum(pair => (long)pair.Value.Configuration.Length)));

    /// <summary>Whether commits carry their own timestamp.</summary>
    public bool HasInCommitTimestamps => HasInCommitTimestampsWith(Protocol, Metadata);

    /// <summary>Whether commits carry their own timestamp where these are in force.</summary>
    public static bool HasInCommitTimestampsWith(Protocol protocol, Metadata metadata) =>
        protocol.Has(TableFeatures.InCommitTimestamp) && metadata.IsEnabled(TableProperties.EnableInCommitTimestamps);
}
