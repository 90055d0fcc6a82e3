using System.Text.RegularExpressions;

namespace Tideway.Architecture.Tests;

/// <summary>The pages that people read: short where they are met first, and with links that lead somewhere.</summary>
public partial class PagesTests
{
    private const int LongestReadme = 40;

    private static readonly string[] Parts = ["libs", "services", "cli", "standalone"];

    [Fact]
    public void No_readme_of_a_part_is_longer_than_40_lines()
    {
        var readmes = Repository.Files("README.md").Where(path => Parts.Contains(path.Split('/')[0])).ToList();

        readmes.Count.ShouldBeGreaterThan(Parts.Length);
        readmes.Select(path => (path, lines: Repository.Read(path).Count(c => c == '\n'))).Where(page => page.lines > LongestReadme).ShouldBeEmpty();
    }

    [Fact]
    public void Links_within_the_repository_lead_to_a_page_and_a_heading_that_are_there() => Repository.Files("*.md").SelectMany(DeadLinks).ShouldBeEmpty();

    private static IEnumerable<string> DeadLinks(string page) =>
        Link()
            .Matches(Repository.Read(page))
            .Select(match => match.Groups["to"].Value)
            .Where(to => !to.Contains("://", StringComparison.Ordinal) && !Leads(page, to))
            .Select(to => $"{page}: {to}");

    private static bool Leads(string page, string to)
    {
        var (file, heading) = to.Split('#') is [var left, var right] ? (left, right) : (to, null);
        var path = Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, file.Length == 0 ? Path.GetFileName(page) : file);
        if (heading is null)
            return File.Exists(path) || Directory.Exists(path);
        return File.Exists(path) && Heading().Matches(File.ReadAllText(path)).Any(match => AnchorOf(match.Groups["text"].Value) == heading);
    }

    private static string AnchorOf(string heading) =>
        string.Concat(heading.Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');

    [GeneratedRegex(@"\]\((?<to>[^)\s]+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Heading();
}
