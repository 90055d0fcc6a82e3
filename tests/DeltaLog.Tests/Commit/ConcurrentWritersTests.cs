using Tideway.DeltaLog.Maintenance;
using Tideway.DeltaLog.Tests.Writing;
using Tideway.DeltaLog.Writing;
using Tideway.ObjectStorage.Local;

namespace Tideway.DeltaLog.Tests.Commit;

public sealed class ConcurrentWritersTests : IDisposable
{
    private const int Writers = 4;
    private const int Appends = 8;

    private readonly WriterFixture fixture = new();

    [Fact]
    public async Task Appends_of_many_writers_are_all_there_whatever_goes_on_beside_them()
    {
        await fixture.CreateAsync("SELECT 1::BIGINT AS id", null, ("delta.checkpointInterval", "5"));
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT range AS id FROM range(-100, 0)");
        using var done = new CancellationTokenSource();
        var beside = Task.WhenAll(
            RepeatAsync((writer, connection, round) => writer.DeleteAsync(connection, $"id = {-1 - round}", Options), done.Token),
            RepeatAsync((_, connection, _) => new TableOptimizer(Table()).RunAsync(connection), done.Token),
            RepeatAsync(async (_, _, _) => await Table().WriteCheckpointAsync(await Table().LatestVersionAsync()), done.Token)
        );

        await Task.WhenAll(
            Enumerable
                .Range(0, Writers)
                .Select(number =>
                    Task.Run(async () =>
                    {
                        var writer = new DeltaTableWriter(Table());
                        using var connection = fixture.NewConnection();
                        for (var round = 0; round < Appends; round++)
                            await writer.AppendAsync(connection, $"SELECT {(number * Appends) + round}::BIGINT AS id", Options);
                    })
                )
        );
        await done.CancelAsync();
        await beside;

        var rows = (await fixture.RowsAsync()).Select(long.Parse).Where(id => id >= 0).Order();
        rows.ShouldBe(Enumerable.Range(0, Writers * Appends).Select(id => (long)id));
        var snapshot = await fixture.Table.LoadAsync();
        new Tideway.DeltaLog.Reading.TableReader(fixture.Folder.Store).MissingFiles(snapshot).ShouldBeEmpty();
        (await fixture.Table.HistoryAsync().ToListAsync()).Count.ShouldBe((int)snapshot.Version + 1);
    }

    public void Dispose() => fixture.Dispose();

    private static WriteOptions Options => new() { ConflictRetries = 1000 };

    private DeltaTable Table() => new(new LocalObjectStore(fixture.Folder.Path), TimeProvider.System);

    private Task RepeatAsync(Func<DeltaTableWriter, Tideway.DuckDb.DuckDbConnection, int, Task> work, CancellationToken until) =>
        Task.Run(
            async () =>
            {
                var writer = new DeltaTableWriter(Table());
                using var connection = fixture.NewConnection();
                for (var round = 0; !until.IsCancellationRequested; round++)
                {
                    try
                    {
                        await work(writer, connection, round);
                    }
                    catch (DeltaLogException exception) when (exception.Error == DeltaLogError.Conflict)
                    {
                        // The appends were faster every time; they go first.
                    }
                }
            },
            CancellationToken.None
        );
}
