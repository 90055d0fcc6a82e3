namespace Tideway.Architecture.Tests;

public class ProtocolPageTests
{
    private const string Approve = "TIDEWAY_APPROVE";

    private static readonly string Page = Path.Combine(Repository.Root, "docs", "protocol-support.md");

    [Fact]
    public async Task The_page_of_the_protocol_agrees_with_the_tests()
    {
        var page = ProtocolPage.Write(ProtocolRules.All);
        if (Environment.GetEnvironmentVariable(Approve) == "1")
            await File.WriteAllTextAsync(Page, page);

        var committed = File.Exists(Page) ? await File.ReadAllTextAsync(Page) : "";
        committed
            .Split('\n')
            .ShouldBe(page.Split('\n'), $"{Approve}=1 dotnet run --project tests/Architecture.Tests -- -class \"*ProtocolPageTests\" writes it.");
    }

    [Fact]
    public void Every_rule_is_in_a_section_of_the_page() =>
        ProtocolRules
            .All.Where(rule => !ProtocolPage.Sections.Contains(rule.Section))
            .ShouldBeEmpty("the sections are those of ProtocolPage, named as the specification names them");

    [Fact]
    public void Every_rule_that_a_source_names_is_read()
    {
        var named = Repository
            .SourceFiles.Where(path =>
                path.StartsWith("tests/", StringComparison.Ordinal) && !path.StartsWith("tests/Architecture.Tests/", StringComparison.Ordinal)
            )
            .Sum(path => Repository.Read(path).Split("[ProtocolRule(").Length - 1);

        ProtocolRules.All.Count.ShouldBe(named);
    }
}
