namespace Tideway.DeltaLog.Tests.Conformance;

public class SupportPageTests
{
    private const string Approve = "TIDEWAY_APPROVE";

    private static readonly string Page = Path.Combine(TestTables.Repository, "docs", "delta-support.md");

    [Fact]
    public async Task The_page_of_what_is_supported_is_current()
    {
        var page = SupportPage.Write(await ReadAllAsync());
        if (Environment.GetEnvironmentVariable(Approve) == "1")
            await File.WriteAllTextAsync(Page, page);

        var committed = File.Exists(Page) ? await File.ReadAllTextAsync(Page) : "";
        committed.Split('\n').ShouldBe(page.Split('\n'), $"{Approve}=1 dotnet run --project tests/DeltaLog.Tests -- -class \"*SupportPageTests\" writes it.");
    }

    [Fact]
    public async Task Nearly_every_table_that_another_engine_reads_is_read_with_the_same_rows()
    {
        var results = await ReadAllAsync();

        results.Count(result => result.Table.Kernel is not null).ShouldBeGreaterThan(200);
        SupportPage.Share(results).ShouldBeGreaterThanOrEqualTo(SupportPage.LeastShare);
    }

    [Fact]
    public async Task Every_table_that_only_we_read_has_its_reason()
    {
        var alone = (await ReadAllAsync()).Where(result => result.Table.Kernel is null && result.Outcome != Outcome.Refused);

        alone.Select(result => result.Table).ShouldAllBe(table => ReadAlone.Reason(table) != null);
    }

    [Fact]
    public async Task Every_table_whose_source_gives_its_rows_is_compared_with_them()
    {
        var results = await ReadAllAsync();

        var given = results.Where(result => TestTables.Expected(result.Table.Folder) is not null).ToList();
        given.Count.ShouldBeGreaterThan(150);
        given.ShouldAllBe(result => result.Outcome == Outcome.SameRows);
        results.Where(result => result.Table.Source.StartsWith("dat/", StringComparison.Ordinal)).ShouldAllBe(result => result.Outcome == Outcome.SameRows);
    }

    private static async Task<List<ConformanceResult>> ReadAllAsync()
    {
        var results = new List<ConformanceResult>();
        foreach (var table in TestTables.Catalogue)
            results.Add(await ConformanceRun.ReadAsync(table));
        return results;
    }
}
