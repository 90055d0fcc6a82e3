using Tideway.DeltaLog.Tests.Writing;
using Tideway.DeltaLog.Writing;

namespace Tideway.DeltaLog.Tests.Commit;

public sealed class PartitionConflictTests : IDisposable
{
    private readonly WriterFixture fixture = new();

    [Theory]
    [InlineData("p = 1", 2, true)]
    [InlineData("p = 1", 1, false)]
    [InlineData("p = 1 AND id < 100", 2, true)]
    [InlineData("p = 1 AND id < 100", 1, false)]
    [InlineData("p = 1 AND id < 100", null, true)]
    [InlineData("p IS NULL AND id < 100", null, false)]
    [InlineData("p = 1 OR id < 100", 2, false)]
    [InlineData("id < 100", 2, false)]
    [InlineData("p + 1 IN (2, 3) AND length(CAST(id AS VARCHAR)) = 1", 3, true)]
    [InlineData("p + 1 IN (2, 3) AND length(CAST(id AS VARCHAR)) = 1", 2, false)]
    public async Task A_deletion_passes_appends_to_partitions_that_it_did_not_look_at(string where, int? appendedTo, bool passes)
    {
        await fixture.CreateAsync("SELECT 1 AS id, 1 AS p", ["p"]);
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT range AS id, p FROM range(3), (VALUES (1), (2), (NULL)) t(p)");
        var raced = false;
        var store = new FaultyStore(fixture.Folder.Store)
        {
            BeforePut = async _ =>
            {
                if (raced)
                    return;
                raced = true;
                await fixture.Writer.AppendAsync(fixture.NewConnection(), $"SELECT 50 AS id, {appendedTo?.ToString() ?? "NULL"}::INT AS p");
            },
        };
        var writer = new DeltaTableWriter(new DeltaTable(store, TimeProvider.System));

        var delete = writer.DeleteAsync(fixture.Connection, where, new WriteOptions { ConflictRetries = 0 });

        if (passes)
            (await delete).Commit!.Attempts.ShouldBe(2);
        else
            await delete.ShouldFailAsync(DeltaLogError.Conflict);
    }

    public void Dispose() => fixture.Dispose();
}
