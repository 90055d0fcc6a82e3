using System.Text;
using Tideway.DeltaLog.Features;

namespace Tideway.DeltaLog.Tests.Conformance;

/// <summary>The page that says what is supported, from the table of features and from reading the tables of other engines.</summary>
internal static class SupportPage
{
    public static string Write(IReadOnlyList<ConformanceResult> results)
    {
        var page = new StringBuilder();
        page.Append("# Delta tables: what is supported\n\n");
        page.Append(
            "Made by `TIDEWAY_APPROVE=1 dotnet run --project tests/DeltaLog.Tests -- -class \"*SupportPageTests\"`; a test holds that it is current.\n\n"
        );
        WriteFeatures(page);
        WriteSummary(page, results);
        WriteTables(page, results);
        return page.ToString();
    }

    private static void WriteFeatures(StringBuilder page)
    {
        page.Append("## Features\n\n");
        page.Append($"Reader versions 1 to {TableFeatures.MaxReaderVersion}, writer versions 1 to {TableFeatures.MaxWriterVersion}. ");
        page.Append(
            "*Read*: log, rows and changes. *Commit*: files made elsewhere, as a mirror does. *Write rows*: append, merge, update, delete, overwrite. "
        );
        page.Append("A reader feature that is not here, or not read, is refused by name; so is a writer feature for writing.\n\n");
        page.Append("| feature | asks | read | commit | write rows | |\n|---|---|---|---|---|---|\n");
        foreach (var feature in TableFeatures.All.Values.OrderBy(feature => feature.Name, StringComparer.Ordinal))
        {
            page.Append($"| `{feature.Name}` | {(feature.ForReaders ? "readers and writers" : "writers")} ");
            foreach (var support in new[] { FeatureSupport.Read, FeatureSupport.Commit, FeatureSupport.WriteRows })
                page.Append($"| {(feature.Support.HasFlag(support) ? "yes" : "no")} ");
            page.Append($"| {feature.Note} |\n");
        }
    }

    private static void WriteSummary(StringBuilder page, IReadOnlyList<ConformanceResult> results)
    {
        var kernel = results.Where(result => result.Table.Kernel is not null).ToList();
        page.Append("\n## Tables of other engines\n\n");
        page.Append(
            "The tables of `tests/TestTables`, written by Spark, delta-rs and others. *Equal* is: the same rows as the source of the table says, every value; "
        );
        page.Append("*counted*: as many rows as its source or delta-kernel-rs has, which is all that is known; *read*: no other engine reads it. ");
        page.Append("The contents of counted tables are compared with what ClickHouse reads, in `tests/DeltaLog.CrossCheck.Tests`. ");
        page.Append("*Refused* tables have a broken log, miss data files, or need what is not supported.\n\n");
        page.Append("| | tables |\n|---|---|\n");
        page.Append($"| all | {results.Count} |\n");
        foreach (var (outcome, name) in Names)
            page.Append($"| {name} | {results.Count(result => result.Outcome == outcome)} |\n");
        page.Append($"| that delta-kernel-rs reads | {kernel.Count} |\n");
        page.Append($"| of those, equal or counted here | {kernel.Count(IsRight)} |\n");
        page.Append($"| which is, of at least {LeastShare:P0} | {Share(results):P1} |\n\n");
    }

    private static void WriteTables(StringBuilder page, IReadOnlyList<ConformanceResult> results)
    {
        page.Append("| table | uses | result | rows | delta-kernel-rs | |\n|---|---|---|---|---|---|\n");
        foreach (var result in results.OrderBy(result => result.Table.Source, StringComparer.Ordinal))
        {
            var kernel = result.Table.Kernel?.ToString() ?? "refused";
            page.Append(
                $"| {result.Table.Source} | {result.Table.Features} | {Names[result.Outcome]} | {result.Rows} | {kernel} | {Cell(result.Message ?? ReadAlone.Reason(result.Table))} |\n"
            );
        }
    }

    /// <summary>The least share of the tables that delta-kernel-rs reads.</summary>
    public const double LeastShare = 0.98;

    /// <summary>How many of the tables that delta-kernel-rs reads have the same rows here.</summary>
    public static double Share(IReadOnlyList<ConformanceResult> results)
    {
        var kernel = results.Where(result => result.Table.Kernel is not null).ToList();
        return (double)kernel.Count(IsRight) / kernel.Count;
    }

    /// <summary>Whether the rows are those of another engine, as far as they are known.</summary>
    public static bool IsRight(ConformanceResult result) => result.Outcome is Outcome.SameRows or Outcome.SameCount;

    private static readonly Dictionary<Outcome, string> Names = new()
    {
        [Outcome.SameRows] = "equal",
        [Outcome.SameCount] = "counted",
        [Outcome.Read] = "read",
        [Outcome.Refused] = "refused",
        [Outcome.Different] = "different",
    };

    private static string Cell(string? text) => text?.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ") ?? "";
}
