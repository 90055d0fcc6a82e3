using Tideway.DuckDb;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.CrossCheck.Tests.Engine;

/// <summary>Tables of third engines, read by both.</summary>
public class OtherTablesTests(IndependentEngine engine)
{
    public static TheoryData<string> Tables => [.. SourceTables.All];

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Both_engines_read_the_same_rows_or_there_is_a_known_reason(string table)
    {
        using var fixture = new CrossCheckFixture(engine, SourceTables.Folder(table));

        var outcome = await OutcomeAsync(fixture);

        outcome.ShouldStartWith(KnownDifferences.Of(table), customMessage: table);
    }

    private async Task<string> OutcomeAsync(CrossCheckFixture fixture)
    {
        try
        {
            await fixture.SameRowsAsync();
            return "same";
        }
        catch (EngineException exception)
        {
            return $"they refuse: {exception.Message}";
        }
        catch (Exception exception) when (exception is DeltaLogException or ObjectStorageException or DuckDbException)
        {
            return await TheyReadAsync(fixture) ? $"we refuse: {exception.Message}" : "both refuse";
        }
        catch (Xunit.Sdk.FailException exception)
        {
            return $"differ: {exception.Message}";
        }
    }

    private async Task<bool> TheyReadAsync(CrossCheckFixture fixture)
    {
        try
        {
            await engine.QueryAsync($"SELECT count() FROM ({EngineSql.Rows(fixture.Folder)})");
            return true;
        }
        catch (EngineException)
        {
            return false;
        }
    }
}
