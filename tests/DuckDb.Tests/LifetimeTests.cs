namespace Tideway.DuckDb.Tests;

public sealed class LifetimeTests
{
    [Fact]
    public void A_result_is_readable_after_its_connection_and_database_are_disposed()
    {
        var database = DuckDbDatabase.Open();
        var connection = database.Connect();
        var result = connection.Query("SELECT i, 'text of row ' || i FROM range(100000) t(i)");
        var first = result.FetchChunk().ShouldNotBeNull();

        connection.Dispose();
        database.Dispose();

        using var source = new CancellationTokenSource();
        result.Chunks(source.Token).Sum(chunk => chunk.RowCount).ShouldBe(100_000 - first.RowCount);
        result.Dispose();
        first.Column(1).String(5).ShouldBe("text of row 5");
        first.Dispose();
    }

    [Fact]
    public void A_file_is_free_once_everything_is_disposed_in_any_order()
    {
        using var folder = new TemporaryFolder();
        var options = new DuckDbOptions { Path = folder.File("x.db") };
        for (var i = 0; i < 2; i++)
        {
            var database = DuckDbDatabase.Open(options);
            var connection = database.Connect();
            connection.Execute("CREATE OR REPLACE TABLE t AS SELECT i FROM range(10000) t(i)");
            var statement = connection.Prepare("SELECT * FROM t");
            var result = statement.Query();
            var chunk = result.FetchChunk().ShouldNotBeNull();
            database.Dispose();
            statement.Dispose();
            connection.Dispose();
            chunk.Column(0).Values<long>().Length.ShouldBe(chunk.RowCount);
            result.Dispose();
            chunk.Dispose();
        }

        using var reader = DuckDbDatabase.Open(options with { ReadOnly = true });
        using var reading = reader.Connect();
        reading.Scalar<long>("SELECT count(*) FROM t").ShouldBe(10_000);
    }

    [Fact]
    public void A_disposed_object_says_so()
    {
        var database = DuckDbDatabase.Open();
        var connection = database.Connect();
        connection.Execute("CREATE TABLE t (a INTEGER)");
        var statement = connection.Prepare("SELECT 1");
        var result = statement.Query();
        var chunk = result.FetchChunk().ShouldNotBeNull();
        var column = chunk.Column(0);
        var appender = connection.CreateAppender("t");
        var writer = appender.CreateChunk();
        var target = writer.Column(0);
        connection.Dispose();

        Should.Throw<ObjectDisposedException>(() => connection.Execute("SELECT 1"));
        Should.Throw<ObjectDisposedException>(() => connection.Query("SELECT 1"));
        Should.Throw<ObjectDisposedException>(() => connection.Prepare("SELECT 1"));
        Should.Throw<ObjectDisposedException>(() => connection.CreateAppender("t"));
        Should.Throw<ObjectDisposedException>(() => connection.Interrupt());
        Should.Throw<ObjectDisposedException>(() => connection.Progress);
        Should.Throw<ObjectDisposedException>(() => statement.Query());
        statement.Dispose();
        Should.Throw<ObjectDisposedException>(() => statement.Bind(1, 1));
        Should.Throw<ObjectDisposedException>(() => statement.Kind);
        chunk.Dispose();
        Should.Throw<ObjectDisposedException>(() => chunk.Column(0));
        Should.Throw<ObjectDisposedException>(() => column.IsNull(0));
        Should.Throw<ObjectDisposedException>(() => _ = column.Values<int>().Length);
        result.Dispose();
        Should.Throw<ObjectDisposedException>(() => result.FetchChunk());
        writer.Dispose();
        Should.Throw<ObjectDisposedException>(() => target.SetNull(0));
        Should.Throw<ObjectDisposedException>(() => appender.Append(writer));
        appender.Dispose();
        Should.Throw<ObjectDisposedException>(() => appender.Append(1));
        Should.Throw<ObjectDisposedException>(() => appender.Close());
        Should.Throw<ObjectDisposedException>(() => appender.CreateChunk());
        database.Dispose();
        database.Dispose();
        Should.Throw<ObjectDisposedException>(() => database.Connect());
    }

    [Fact]
    public void Objects_that_nobody_disposes_are_collected_without_a_crash()
    {
        for (var i = 0; i < 20; i++)
            Abandon();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        using var session = new Session();
        session.Value("SELECT 1").ShouldBe(1);

        static void Abandon()
        {
            var connection = DuckDbDatabase.Open().Connect();
            connection.Execute("CREATE TABLE t (a INTEGER)");
            connection.CreateAppender("t").Append(1).EndRow();
            var result = connection.Query("SELECT i FROM range(1000000) t(i)");
            result.FetchChunk().ShouldNotBeNull().Column(0).RowCount.ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public async Task Two_connections_work_in_parallel()
    {
        using var database = DuckDbDatabase.Open();
        using (var setup = database.Connect())
            setup.Execute("CREATE TABLE t (a INTEGER)");

        var writers = Enumerable
            .Range(0, 4)
            .Select(_ =>
                Task.Run(() =>
                {
                    using var connection = database.Connect();
                    for (var i = 0; i < 50; i++)
                        connection.ExecuteCount("INSERT INTO t VALUES (?)", i).ShouldBe(1);
                    return connection.Scalar<long>("SELECT sum(i) FROM range(1000000) t(i)");
                })
            );

        (await Task.WhenAll(writers)).ShouldAllBe(sum => sum == 499_999_500_000);
        using var reader = database.Connect();
        reader.Scalar<long>("SELECT count(*) FROM t").ShouldBe(200);
    }

    [Fact]
    public void Transactions_of_two_connections_are_apart()
    {
        using var database = DuckDbDatabase.Open();
        using var one = database.Connect();
        using var two = database.Connect();
        one.Execute("CREATE TABLE t (a INTEGER); BEGIN; INSERT INTO t VALUES (1)");

        two.Scalar<long>("SELECT count(*) FROM t").ShouldBe(0);
        one.Execute("COMMIT");
        two.Scalar<long>("SELECT count(*) FROM t").ShouldBe(1);
    }
}
