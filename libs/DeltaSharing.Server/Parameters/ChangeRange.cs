using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Server.Answers;

namespace Tideway.DeltaSharing.Server.Parameters;

/// <summary>Which changes of a table are asked for. Of each pair exactly one start is set, and at most one end.</summary>
public sealed record ChangeRange
{
    /// <summary>The first version, inclusive.</summary>
    public long? StartingVersion { get; init; }

    /// <summary>The time at or after which the first version was made.</summary>
    public DateTimeOffset? StartingTime { get; init; }

    /// <summary>The last version, inclusive.</summary>
    public long? EndingVersion { get; init; }

    /// <summary>The time at or before which the last version was made.</summary>
    public DateTimeOffset? EndingTime { get; init; }

    /// <summary>Whether the metadata of the first version leads, and changes of it are told between the files. Only then may metadata lines be among them.</summary>
    public bool IncludeHistoricalMetadata { get; init; }

    /// <summary>The same for the protocol line, in the delta format only.</summary>
    public bool IncludeHistoricalProtocol { get; init; }

    /// <summary>Reads the parameters of a changes call.</summary>
    public static Checked<ChangeRange> Read(HttpRequest request, TableRules table)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(table);
        if (!table.ChangesShared)
            return ProtocolRefusals.Invalid($"cdf is not enabled on table {table.FullName}");
        var startingVersion = TableSelections.ReadVersion(request, "startingVersion");
        var endingVersion = TableSelections.ReadVersion(request, "endingVersion");
        if (startingVersion.IsRefused(out var refusal) || endingVersion.IsRefused(out refusal))
            return refusal;
        var startingText = TableSelections.ReadText(request, "startingTimestamp");
        var endingText = TableSelections.ReadText(request, "endingTimestamp");
        if (startingVersion.Value is null && startingText is null)
            return ProtocolRefusals.Invalid("No startingVersion or startingTimestamp provided for CDF read.");
        if (startingVersion.Value is not null && startingText is not null)
            return ProtocolRefusals.Invalid("Multiple starting arguments provided for CDF read.");
        if (endingVersion.Value is not null && endingText is not null)
            return ProtocolRefusals.Invalid("Multiple ending arguments provided for CDF read.");
        if (startingVersion.Value < 0 || endingVersion.Value < 0)
            return ProtocolRefusals.Invalid("startingVersion and endingVersion cannot be negative.");

        var startingTime = ReadTime("startingTimestamp", startingText);
        var endingTime = ReadTime("endingTimestamp", endingText);
        if (startingTime.IsRefused(out refusal) || endingTime.IsRefused(out refusal))
            return refusal;
        var range = new ChangeRange
        {
            StartingVersion = startingVersion.Value,
            StartingTime = startingTime.Value,
            EndingVersion = endingVersion.Value,
            EndingTime = endingTime.Value,
            IncludeHistoricalMetadata = ReadFlag(request, "includeHistoricalMetadata"),
            IncludeHistoricalProtocol = ReadFlag(request, "includeHistoricalProtocol"),
        };
        return range.FindFault(table) is { } fault ? fault : range;
    }

    /// <summary>The refusal of a range of versions that the table does not have, or <see langword="null"/>. For when times were turned into versions.</summary>
    public static ProtocolRefusal? Check(long start, long end, long latest, TableRules table)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (start > latest)
            return ProtocolRefusals.Invalid(
                $"Provided Start version({start}) for reading change data is invalid. Start version cannot be greater than the latest version of the table({latest})."
            );
        if (end > latest)
            return ProtocolRefusals.Invalid($"End version cannot be greater than the latest version: {end} is after {latest}.");
        return new ChangeRange { StartingVersion = start, EndingVersion = end }.FindFault(table);
    }

    private ProtocolRefusal? FindFault(TableRules table)
    {
        if (StartingVersion > EndingVersion)
            return ProtocolRefusals.Invalid($"CDF range from start {StartingVersion} to end {EndingVersion} was invalid. End cannot be before start.");
        if (StartingTime > EndingTime)
            return ProtocolRefusals.Invalid("The CDF range was invalid: endingTimestamp cannot be before startingTimestamp.");
        return StartingVersion < table.StartVersion ? ProtocolRefusals.Invalid($"You can only query table changes since version {table.StartVersion}.") : null;
    }

    private static Checked<DateTimeOffset?> ReadTime(string name, string? text)
    {
        if (text is null)
            return (DateTimeOffset?)null;
        var time = TableSelections.ReadTime(name, text);
        return time.IsRefused(out var refusal) ? refusal : (DateTimeOffset?)time.Value;
    }

    // One client writes True; what is neither is false.
    private static bool ReadFlag(HttpRequest request, string name) => bool.TryParse(request.Query[name].ToString(), out var flag) && flag;
}
