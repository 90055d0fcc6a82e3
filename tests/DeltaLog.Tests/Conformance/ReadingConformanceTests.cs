namespace Tideway.DeltaLog.Tests.Conformance;

public class ReadingConformanceTests
{
    public static TheoryData<string> Sources => [.. TestTables.Catalogue.Select(table => table.Source)];

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task A_table_of_another_engine_has_the_rows_that_it_should_or_is_refused_for_its_reason(string source)
    {
        var table = TestTables.Catalogue.Single(table => table.Source == source);

        var result = await ConformanceRun.ReadAsync(table);

        if (RefusedTables.Reason(table.Folder) is { } reason)
            (result.Outcome, result.Error).ShouldBe((Outcome.Refused, reason), result.Message);
        else
            result.Outcome.ShouldBeOneOf([Outcome.SameRows, Outcome.SameCount, Outcome.Read], result.Message ?? "");
    }
}
