using Tideway.DeltaLog.Features;

namespace Tideway.DeltaSharing.Tables;

/// <summary>
/// Reader features to name to a server, for <see cref="Client.DeltaSharingClientOptions.ReaderFeatures"/>: who names too few is refused tables that it could take, who
/// names too many gets some that it cannot.
/// </summary>
/// <remarks>Protocol: https://github.com/delta-io/delta-sharing/blob/main/PROTOCOL.md#delta-sharing-capabilities-header</remarks>
public static class SharedFeatures
{
    // What they ask is asked of those who read the log or commit to it, which the server does.
    private static readonly HashSet<string> OfTheLog = new(StringComparer.Ordinal)
    {
        TableFeatures.V2Checkpoint,
        "vacuumProtocolCheck",
        "catalogManaged",
        "catalogOwned-preview",
    };

    /// <summary>Of tables whose rows are read.</summary>
    public static IReadOnlyList<string> ForReading { get; } = With(FeatureSupport.Read);

    /// <summary>Of tables whose rows are read, and written into tables of one's own.</summary>
    public static IReadOnlyList<string> ForRows { get; } = With(FeatureSupport.Full);

    /// <summary>Of tables whose files are put into a table of one's own as they are.</summary>
    public static IReadOnlyList<string> ForFiles { get; } = With(FeatureSupport.Read | FeatureSupport.Commit);

    /// <summary>Whether the feature is about the log of the table, of which readers of a sharing server see nothing.</summary>
    public static bool IsOfTheLog(string feature) => OfTheLog.Contains(feature);

    private static List<string> With(FeatureSupport support) =>
        [
            .. TableFeatures
                .All.Values.Where(feature => feature.ForReaders && (IsOfTheLog(feature.Name) || feature.Support.HasFlag(support)))
                .Select(feature => feature.Name)
                .Order(StringComparer.Ordinal),
        ];
}
