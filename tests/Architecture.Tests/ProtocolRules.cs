using System.Text.RegularExpressions;

namespace Tideway.Architecture.Tests;

/// <summary>A rule of the sharing protocol and a test that shows it, as its source says.</summary>
internal sealed record ShownRule(string Section, string Rule, string? Served, string File, string Test);

/// <summary>The rules that the sources of all tests name in their ProtocolRule attributes.</summary>
internal static partial class ProtocolRules
{
    public static IReadOnlyList<ShownRule> All { get; } =
    [
        .. Repository
            .SourceFiles.Where(path => path.StartsWith("tests/", StringComparison.Ordinal) && !path.StartsWith("tests/Testing/", StringComparison.Ordinal))
            .SelectMany(Of),
    ];

    private static IEnumerable<ShownRule> Of(string file)
    {
        var source = Repository.Read(file);
        foreach (Match attribute in Attribute().Matches(source))
        {
            var method = Method().Match(source, attribute.Index + attribute.Length);
            if (!method.Success)
                throw new InvalidDataException($"A test method was expected below the ProtocolRule at character {attribute.Index} of {file}, got none.");
            yield return new ShownRule(
                Regex.Unescape(attribute.Groups["section"].Value),
                Regex.Unescape(attribute.Groups["rule"].Value),
                attribute.Groups["served"].Success ? Regex.Unescape(attribute.Groups["served"].Value) : null,
                file,
                method.Groups["name"].Value
            );
        }
    }

    [GeneratedRegex(
        """\[ProtocolRule\(\s*"(?<section>([^"\\]|\\.)*)",\s*"(?<rule>([^"\\]|\\.)*)"(,\s*Served = "(?<served>([^"\\]|\\.)*)")?\s*\)\]""",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Attribute();

    [GeneratedRegex(
        @"^\s*public (async )?(Task|void|ValueTask) (?<name>\w+)\(",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Method();
}
