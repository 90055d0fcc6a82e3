using System.Text;

namespace Tideway.Architecture.Tests;

/// <summary>The page that says which rules of the sharing protocol are kept, how, and which test shows it.</summary>
internal static class ProtocolPage
{
    private const string DeltaSharing = "https://github.com/delta-io/delta-sharing/blob/main/PROTOCOL.md";
    private const string OpenSharing = "https://github.com/OpenSharing-IO/OpenSharing";

    /// <summary>The parts of the page with their sections in the order of the page. Sections of the two specifications have the headings that they have there.</summary>
    public static IReadOnlyList<ProtocolPart> Parts { get; } =
    [
        new(
            "Delta Sharing",
            $"The sections of the [Delta Sharing Protocol]({DeltaSharing}).",
            [
                "Access Modes",
                "REST APIs",
                "List Shares",
                "Get Share",
                "List Schemas in a Share",
                "List Tables in a Schema",
                "List all Tables in a Share",
                "Query Table Version",
                "Query Table Metadata",
                "Read Data from a Table",
                "Read Change Data Feed from a Table",
                "Get Query Info",
                "Timestamp Format",
                "Generate Temporary Table Credential",
                "Delta Sharing Capabilities Header",
                "File ID Hash Header",
                "EndStreamAction",
                "API Response Actions in Parquet Format",
                "API Response Actions in Delta Format",
                "SQL Expressions for Filtering",
                "JSON predicates for Filtering",
                "Delta Sharing Streaming Specs",
                "Profile File Format",
                "Names",
            ]
        ),
        new(
            "OpenSharing",
            $"What [OpenSharing]({OpenSharing}), a superset of Delta Sharing, adds.",
            ["Get Table", "Volumes", "Files of volumes", "Models", "Agent skills", "Access Iceberg Tables"]
        ),
        new(
            "Beyond the specifications",
            "What clients that are in use send and need, and what the specifications leave open.",
            [
                "Pages and refresh tokens",
                "Error texts",
                "Profiles of version 2",
                "Limits and load",
                "Conditional requests",
                "Compressed answers",
                "Answers of any size",
                "Addresses of files",
                "Python client",
                "Spark client",
                "Go client",
                "R client",
                "Node.js client",
                "Clojure client",
            ]
        ),
    ];

    public static IEnumerable<string> Sections => Parts.SelectMany(part => part.Sections);

    public static string Write(IReadOnlyList<ShownRule> rules)
    {
        var page = new StringBuilder();
        page.Append("# Delta Sharing and OpenSharing: what is supported\n\n");
        page.Append(
            "Made by `TIDEWAY_APPROVE=1 dotnet run --project tests/Architecture.Tests -- -class \"*ProtocolPageTests\"` from the `ProtocolRule` attributes of the tests; a test holds\nthat it is current.\n"
        );
        foreach (var part in Parts)
        {
            page.Append($"\n## {part.Name}\n\n{part.About}\n");
            foreach (var section in part.Sections)
                WriteSection(page, section, [.. rules.Where(rule => rule.Section == section)]);
        }

        return page.ToString();
    }

    private static void WriteSection(StringBuilder page, string section, IReadOnlyList<ShownRule> rules)
    {
        if (rules.Count == 0)
            return;
        page.Append($"\n### {section}\n\n| rule | how it is served | shown by |\n|---|---|---|\n");
        foreach (var shown in rules.GroupBy(rule => rule.Rule).OrderBy(rule => rule.Key, StringComparer.Ordinal))
        {
            var served = string.Join("; ", shown.Select(rule => rule.Served).OfType<string>().Distinct());
            page.Append($"| {Cell(shown.Key)} | {Cell(served)} | {string.Join("<br>", shown.Select(TestOf))} |\n");
        }
    }

    private static string TestOf(ShownRule rule) => $"[{rule.Test.Replace('_', ' ')}](../{rule.File})";

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}

/// <summary>A part of the page.</summary>
internal sealed record ProtocolPart(string Name, string About, IReadOnlyList<string> Sections);
