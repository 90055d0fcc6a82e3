using System.Text;
using Tideway.DeltaSharing.Protocol;

namespace Tideway.DeltaSharing.Client;

/// <summary>Which changes of a table are wanted. One start is needed; without an end they go up to the latest version.</summary>
public sealed record ChangesRequest
{
    /// <summary>The first version, inclusive.</summary>
    public long? StartingVersion { get; init; }

    /// <summary>The time at or after which the first version was made.</summary>
    public DateTimeOffset? StartingTimestamp { get; init; }

    /// <summary>The last version, inclusive.</summary>
    public long? EndingVersion { get; init; }

    /// <summary>The time at or before which the last version was made.</summary>
    public DateTimeOffset? EndingTimestamp { get; init; }

    /// <summary>Whether the metadata of the first version leads, and later ones come between the files.</summary>
    public bool IncludeHistoricalMetadata { get; init; }

    /// <summary>
    /// The same for the protocol: that of the first version leads, and later ones come between the files. Only in the delta format, see
    /// <see cref="DeltaSharingClientOptions.ResponseFormats"/>; without effect in the other.
    /// </summary>
    /// <remarks>Protocol: https://github.com/delta-io/delta-sharing/blob/main/PROTOCOL.md#read-change-data-feed-from-a-table</remarks>
    public bool IncludeHistoricalProtocol { get; init; }

    /// <summary>How many files a page of the answer holds at most; pages are joined.</summary>
    public int? MaxFiles { get; init; }

    internal string ToQuery(string? pageToken)
    {
        if ((StartingVersion is null) == (StartingTimestamp is null))
            throw new InvalidOperationException("Changes start at a version or at a time.");
        if (EndingVersion is not null && EndingTimestamp is not null)
            throw new InvalidOperationException("Changes end at a version or at a time, not at both.");
        var query = new StringBuilder();
        Append(query, "startingVersion", StartingVersion?.ToString());
        Append(query, "startingTimestamp", StartingTimestamp is { } start ? WireTimestamp.FormatAtOrAfter(start) : null);
        Append(query, "endingVersion", EndingVersion?.ToString());
        Append(query, "endingTimestamp", EndingTimestamp is { } end ? WireTimestamp.Format(end) : null);
        Append(query, "includeHistoricalMetadata", IncludeHistoricalMetadata ? "true" : null);
        Append(query, "includeHistoricalProtocol", IncludeHistoricalProtocol ? "true" : null);
        Append(query, "maxFiles", MaxFiles?.ToString());
        Append(query, "pageToken", pageToken);
        return query.ToString();
    }

    private static void Append(StringBuilder query, string name, string? value)
    {
        if (value is not null)
            query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
    }
}
