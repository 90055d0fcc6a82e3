using System.Text.RegularExpressions;

namespace Tideway.Architecture.Tests;

public partial class NamingTests
{
    private static readonly string[] BannedEndings = ["Manager", "Helper", "Helpers", "Util", "Utils", "Common", "Base", "Impl", "Dto", "Message"];
    private static readonly string[] BannedFiles = ["Extensions.cs", "Config.cs", "DependencyInjection.cs", "Helpers.cs", "Constants.cs"];

    // What the field itself calls a message: the bus's envelope, not a contract.
    private static readonly string[] Exempt = ["OutboxMessage", "ReceivedMessage", "ParkedMessage"];

    [Fact]
    public void No_type_has_a_name_that_says_nothing()
    {
        var offenders =
            from path in Repository.SourceFiles
            where !path.StartsWith("tests/", StringComparison.Ordinal)
            from Match match in TypeName().Matches(Repository.Read(path))
            let name = match.Groups["name"].Value
            where !Exempt.Contains(name)
            where
                BannedEndings.Any(ending => name.EndsWith(ending, StringComparison.Ordinal))
                || (name.EndsWith("Service", StringComparison.Ordinal) && match.Groups["kind"].Value == "class")
            select $"{path}: {name}";

        offenders.ShouldBeEmpty();
    }

    [Fact]
    public void No_file_has_a_name_that_says_nothing() => Repository.SourceFiles.Where(path => BannedFiles.Contains(Path.GetFileName(path))).ShouldBeEmpty();

    [Fact]
    public void The_namespace_is_the_project_and_the_folder()
    {
        var offenders =
            from project in Repository.Projects
            from path in Repository.SourceFiles.Where(path => path.StartsWith(project.Folder + "/", StringComparison.Ordinal))
            let declared = Namespace().Match(Repository.Read(path))
            where declared.Success
            let folder = Path.GetDirectoryName(path)!.Replace('\\', '/')[project.Folder.Length..].Replace('/', '.')
            let expected = $"Tideway.{project.Name}{folder}"
            where declared.Groups["name"].Value != expected
            select $"{path}: {declared.Groups["name"].Value} instead of {expected}";

        offenders.ShouldBeEmpty();
    }

    [Fact]
    public void A_service_project_is_named_after_its_folder()
    {
        foreach (var project in Repository.Projects.Where(p => p.Area == "services"))
            project.Name.ShouldBe(string.Concat(Path.GetFileName(project.Folder).Split('-').Select(part => char.ToUpperInvariant(part[0]) + part[1..])));
    }

    [Fact]
    public void File_names_hold_no_spaces() => Repository.SourceFiles.Where(path => path.Contains(' ')).ShouldBeEmpty();

    [GeneratedRegex(
        @"^\s*(?:(?:public|internal|private|protected|sealed|static|abstract|readonly|ref|partial|file)\s+)*(?<kind>class|struct|record(?:\s+struct|\s+class)?|interface|enum)\s+(?<name>\w+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex TypeName();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Namespace();
}
