namespace Tideway.DuckDb.Tests;

public sealed class CancellationTests : IDisposable
{
    private const string Endless = "SELECT count(*) FROM range(100000000000) a(i), range(1000) b(j) WHERE hash(i + j) = 1";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Session session = new();

    [Fact]
    public async Task A_cancelled_token_stops_a_long_query()
    {
        using var source = new CancellationTokenSource();
        var query = Task.Run(() => session.Connection.Scalar<long>(Endless, source.Token), CancellationToken.None);
        source.CancelAfter(TimeSpan.FromMilliseconds(200));

        var error = await Should.ThrowAsync<OperationCanceledException>(query.WaitAsync(Patience));

        error.CancellationToken.ShouldBe(source.Token);
        session.Value("SELECT 1").ShouldBe(1);
    }

    [Fact]
    public async Task A_cancelled_token_stops_a_statement_without_rows()
    {
        using var source = new CancellationTokenSource();
        var query = Task.Run(() => session.Connection.Execute($"CREATE TABLE t AS {Endless}", source.Token), CancellationToken.None);
        source.CancelAfter(TimeSpan.FromMilliseconds(200));

        await Should.ThrowAsync<OperationCanceledException>(query.WaitAsync(Patience));

        session.Rows("SELECT * FROM duckdb_tables()").ShouldBeEmpty();
    }

    [Fact]
    public async Task Interrupting_fails_the_query_with_its_own_kind()
    {
        var query = Task.Run(() => session.Connection.Scalar<long>(Endless));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!query.IsCompleted && await timer.WaitForNextTickAsync())
            session.Connection.Interrupt();

        var error = await Should.ThrowAsync<DuckDbException>(query.WaitAsync(Patience));

        error.Error.ShouldBe(DuckDbError.Interrupt);
    }

    [Fact]
    public void A_token_cancelled_before_runs_nothing()
    {
        session.Connection.Execute("CREATE TABLE t (a INTEGER)");
        var cancelled = new CancellationToken(canceled: true);

        Should.Throw<OperationCanceledException>(() => session.Connection.ExecuteCount("INSERT INTO t VALUES (1)", cancelled));

        session.Value("SELECT count(*) FROM t").ShouldBe(0L);
    }

    [Fact]
    public void Cancelling_between_chunks_ends_the_result()
    {
        using var source = new CancellationTokenSource();
        using var result = session.Connection.Query("SELECT i FROM range(100000000) t(i)", source.Token);
        result.FetchChunk(source.Token).ShouldNotBeNull().Dispose();

        source.Cancel();

        Should.Throw<OperationCanceledException>(() => result.FetchChunk(source.Token));
    }

    [Fact]
    public void A_token_that_is_cancelled_after_the_query_changes_nothing()
    {
        using var source = new CancellationTokenSource();
        using var result = session.Connection.Query("SELECT i FROM range(100000) t(i)", source.Token);

        source.Cancel();

        result.Chunks().Sum(chunk => chunk.RowCount).ShouldBe(100_000);
    }

    [Fact]
    public async Task Progress_is_told_while_a_query_runs()
    {
        // With more threads DuckDB measures only when the calling one has something to do.
        using var single = new Session(new DuckDbOptions { Threads = 1 });
        var connection = single.Connection;
        connection.TrackProgress();
        connection.Progress.ShouldBeNull();
        connection.Execute("CREATE TABLE t AS SELECT i FROM range(3000000) t(i)");
        using var source = new CancellationTokenSource(Patience);
        var query = Task.Run(
            () => connection.Scalar<long>("SELECT count(*) FROM t, range(100000) b(j) WHERE hash(t.i + j) = 1", source.Token),
            CancellationToken.None
        );

        DuckDbProgress? seen = null;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (seen is null && await timer.WaitForNextTickAsync(source.Token))
            seen = connection.Progress;

        seen.ShouldNotBeNull().Percentage.ShouldBeInRange(0, 100);
        await source.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(query);
    }

    public void Dispose() => session.Dispose();
}
