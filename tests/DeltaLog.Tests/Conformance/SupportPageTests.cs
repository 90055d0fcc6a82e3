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
        var kernel = (await ReadAllAsync()).Where(result => result.Table.Kernel is not null).ToList();

        kernel.Count.ShouldBeGreaterThan(200);
        ((double)kernel.Count(SupportPage.IsRight) / kernel.Count).ShouldBeGreaterThanOrEqualTo(0.98);
    }

    private static async Task<List<ConformanceResult>> ReadAllAsync()
    {
        var results = new List<ConformanceResult>();
        foreach (var table in TestTables.Catalogue)
            results.Add(await ConformanceRun.ReadAsync(table));
        return results;
    }
}
