namespace Tideway.DeltaLog.CrossCheck.Tests.Engine;

/// <summary>Tables of third engines, read by both.</summary>
public class OtherTablesTests(IndependentEngine engine)
{
    public static TheoryData<string> Tables => [.. SourceTables.All];

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Both_engines_read_the_same_rows_or_one_of_them_says_why_not(string table)
    {
        using var fixture = new CrossCheckFixture(engine, SourceTables.Folder(table));

        var refusal = default(string);
        try
        {
            await fixture.SameRowsAsync();
        }
        catch (Exception exception) when (exception is EngineException or DeltaLogException)
        {
            refusal = $"{exception.GetType().Name}: {exception.Message}";
        }

        Console.WriteLine($"OTHER {table} {refusal?.Split('\n')[0]}");
    }
}
