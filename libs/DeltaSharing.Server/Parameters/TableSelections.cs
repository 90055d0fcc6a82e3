using System.Globalization;
using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;

namespace Tideway.DeltaSharing.Server.Parameters;

/// <summary>Which state of a table a metadata or query call asks for, and whether it may.</summary>
public static class TableSelections
{
    /// <summary>Of a query.</summary>
    public static Checked<TableSelection> OfQuery(QueryRequest query, TableRules table)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(table);
        return FindPagingFault(query) ?? Select(query.Version, query.Timestamp, query.StartingVersion, query.EndingVersion, table);
    }

    /// <summary>Of a metadata call, from <c>version</c> and <c>timestamp</c>.</summary>
    public static Checked<TableSelection> OfMetadata(HttpRequest request, TableRules table)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(table);
        var version = ReadVersion(request, "version");
        return version.IsRefused(out var refusal) ? refusal : Select(version.Value, ReadText(request, "timestamp"), null, null, table);
    }

    /// <summary>The <c>startingTimestamp</c> of a version call.</summary>
    public static Checked<DateTimeOffset?> OfVersion(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (ReadText(request, "startingTimestamp") is not { } text)
            return (DateTimeOffset?)null;
        var time = ReadTime("startingTimestamp", text);
        return time.IsRefused(out var refusal) ? refusal : (DateTimeOffset?)time.Value;
    }

    /// <summary>The refusal of a version before the first that is shared, or <see langword="null"/>.</summary>
    public static ProtocolRefusal? CheckStart(long version, TableRules table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return version < table.StartVersion
            ? ProtocolRefusals.Invalid(
                $"You can only query table data since version {table.StartVersion}. Version {version} of {table.FullName} is not shared."
            )
            : null;
    }

    internal static string? ReadText(HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    internal static Checked<long?> ReadVersion(HttpRequest request, string name)
    {
        if (ReadText(request, name) is not { } text)
            return (long?)null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var version)
            ? (long?)version
            : ProtocolRefusals.Invalid($"{name} must be an integer from 0 to {long.MaxValue}, not '{text}'.");
    }

    internal static Checked<DateTimeOffset> ReadTime(string name, string text) =>
        WireTimestamp.TryParse(text, out var time)
            ? time
            : ProtocolRefusals.Invalid($"{name} must be a time in ISO 8601 with an offset, such as 2022-01-01T00:00:00Z, not '{text}'.");

    private static Checked<TableSelection> Select(long? version, string? timestamp, long? starting, long? ending, TableRules table)
    {
        if ((version is null ? 0 : 1) + (timestamp is null ? 0 : 1) + (starting is null ? 0 : 1) > 1)
            return ProtocolRefusals.Invalid("Please only provide one of: version, timestamp, startingVersion.");
        if (ending is not null && starting is null)
            return ProtocolRefusals.Invalid("endingVersion can be used only with startingVersion.");
        if (version is null && timestamp is null && starting is null)
            return new TableSelection.Latest();
        if (version < 0)
            return ProtocolRefusals.Invalid("table version cannot be negative.");
        if (starting < 0)
            return ProtocolRefusals.Invalid("startingVersion cannot be negative.");
        if (starting > ending)
            return ProtocolRefusals.Invalid($"startingVersion({starting}) must be smaller than or equal to endingVersion({ending}).");
        if (!table.HistoryShared)
            return ProtocolRefusals.Invalid(
                $"Reading table by version or timestamp is not supported because history sharing is not enabled on table: {table.FullName}"
            );

        if (timestamp is not null)
        {
            var time = ReadTime("timestamp", timestamp);
            return time.IsRefused(out var refusal) ? refusal : new TableSelection.AtTime(time.Value);
        }

        if (CheckStart((version ?? starting)!.Value, table) is { } tooEarly)
            return tooEarly;
        return version is { } one ? new TableSelection.AtVersion(one) : new TableSelection.Since(starting!.Value, ending);
    }

    private static ProtocolRefusal? FindPagingFault(QueryRequest query)
    {
        var isPinned = query.Version is not null || query.Timestamp is not null || query.StartingVersion is not null;
        if (query.MaxFiles <= 0)
            return ProtocolRefusals.Invalid("maxFiles must be positive.");
        if (query.IncludeRefreshToken && isPinned)
            return ProtocolRefusals.Invalid("includeRefreshToken cannot be used when querying a specific version.");
        if (query.IncludeRefreshToken && query.PageToken is not null)
            return ProtocolRefusals.Invalid("includeRefreshToken must be used in the first page request.");
        if (query.RefreshToken is not null && isPinned)
            return ProtocolRefusals.Invalid("refreshToken cannot be used when querying a specific version.");
        return query.RefreshToken is not null && query.PageToken is not null
            ? ProtocolRefusals.Invalid("refreshToken must be used in the first page request.")
            : null;
    }
}
