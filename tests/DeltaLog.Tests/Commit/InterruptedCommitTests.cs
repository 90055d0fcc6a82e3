using Tideway.DeltaLog.Maintenance;
using Tideway.DeltaLog.Tests.Writing;
using Tideway.DeltaLog.Writing;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Tests.Commit;

public sealed class InterruptedCommitTests : IDisposable
{
    private readonly WriterFixture fixture = new();

    [Theory]
    [InlineData("classic")]
    [InlineData("v2")]
    public async Task Wherever_a_writer_stops_the_table_is_whole_and_a_vacuum_clears_the_rest(string policy)
    {
        await fixture.CreateAsync("SELECT 1::BIGINT AS id", null, ("delta.checkpointInterval", "1"), ("delta.checkpointPolicy", policy));
        var rows = new List<string>();
        var puts = 0;
        for (var step = 1; step <= 40; step++)
        {
            puts = 0;
            var store = new FaultyStore(fixture.Folder.Store) { FailPut = _ => ++puts >= step };
            var writer = new DeltaTableWriter(new DeltaTable(store, TimeProvider.System));
            var committed = false;
            try
            {
                var result = await writer.AppendAsync(fixture.Connection, $"SELECT {step}::BIGINT AS id");
                committed = true;
                if (result.Commit!.CheckpointFailure is null)
                    step = 40;
            }
            catch (ObjectStorageException)
            {
                // The store went away before the commit.
            }

            if (committed)
                rows.Add((await fixture.RowsAsync()).Except(rows).Single());
            (await fixture.RowsAsync()).ShouldBe(rows.Order(StringComparer.Ordinal));
        }

        puts.ShouldBeGreaterThan(2);
        await new TableVacuum(fixture.Table).RunAsync(new VacuumOptions { Retention = TimeSpan.Zero, Force = true });

        var snapshot = await fixture.Table.LoadAsync();
        fixture.DataFiles().ShouldBe(snapshot.Files.Select(file => file.Path).Order(StringComparer.Ordinal));
        (await fixture.RowsAsync()).ShouldBe(rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_commit_that_was_half_written_when_its_writer_was_killed_is_no_commit()
    {
        fixture.Folder.Create(TableFolder.Add("a"));
        var half = Path.Combine(fixture.Folder.Log, $".{Guid.CreateVersion7():N}.partial");
        File.WriteAllText(half, "{\"add\":{\"path\":\"b\"");

        (await fixture.Table.LoadAsync()).Files.Single().Path.ShouldBe("a");
        (await fixture.Folder.Store.DeleteUnfinishedAsync(DateTimeOffset.MaxValue)).ShouldBe(1);

        File.Exists(half).ShouldBeFalse();
    }

    public void Dispose() => fixture.Dispose();
}
