using System.CommandLine;
using Tideway.Cli.CommandLine;
using Tideway.DeltaLog;

namespace Tideway.Cli.Tables;

/// <summary>From which version to which, each given by its number or by a time.</summary>
internal sealed class VersionRange
{
    public Option<long?> From { get; } = Symbols.Number("--from", "First version whose changes are shown; else the first that is left", "VERSION");

    public Option<long?> To { get; } = Symbols.Number("--to", "Last version whose changes are shown; else the latest", "VERSION");

    public Option<DateTimeOffset?> FromTime { get; } =
        Symbols.Time("--from-timestamp", "Begin with the first version at or after this time, such as 2026-11-23T10:00:00Z");

    public Option<DateTimeOffset?> ToTime { get; } = Symbols.Time("--to-timestamp", "End with the last version at or before this time");

    /// <summary>The first version, and the last one where there is an end.</summary>
    public async Task<(long First, long? Last)> FindAsync(Call call, DeltaTable table, CancellationToken cancellationToken)
    {
        if (call.Has(From) && call.Has(FromTime))
            throw new CliFailure(ExitCode.Usage, "--from and --from-timestamp cannot both be given.");
        if (call.Has(To) && call.Has(ToTime))
            throw new CliFailure(ExitCode.Usage, "--to and --to-timestamp cannot both be given.");
        var first = call.Get(FromTime) is { } begin
            ? await table.VersionAtOrAfterAsync(begin, null, cancellationToken) ?? throw Missing($"No version is as late as {Text(begin)}.")
            : call.Get(From) ?? await table.EarliestChangesVersionAsync(cancellationToken);
        var last = call.Get(ToTime) is { } end
            ? await table.VersionAtOrBeforeAsync(end, null, cancellationToken) ?? throw Missing($"The log does not go back to {Text(end)}.")
            : call.Get(To);
        return last < first ? throw new CliFailure(ExitCode.Usage, $"The last version must be at least the first, {first}; got {last}.") : (first, last);
    }

    private static CliFailure Missing(string message) => new(ExitCode.NotFound, message);

    private static string Text(DateTimeOffset time) => $"{time.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}";
}
