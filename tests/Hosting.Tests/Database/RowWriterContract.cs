using System.Data.Common;
using Tideway.Hosting.Database;
using Tideway.Hosting.Tests.Hosts;
using Tideway.Testing.Servers;

namespace Tideway.Hosting.Tests.Database;

/// <summary>What holds for rows that are written together in either engine.</summary>
public abstract class RowWriterContract : IAsyncLifetime
{
    private protected static readonly RowTable<Row> Written = TableOf("written");

    private TestDatabase database = null!;

    private protected TestDatabase Database => database;

    public async ValueTask InitializeAsync()
    {
        database = new TestDatabase(await OptionsAsync(), TimeProvider.System);
        await DatabaseMigrations.ApplyAsync(database, CancellationToken.None);
        await using var transaction = await database.BeginAsync(CancellationToken.None);
        var table = database.Driver.Translate("CREATE TABLE written (id BIGINT NOT NULL UNIQUE, name TEXT NULL, amount INTEGER NULL, content {bytes} NULL)");
        await transaction.ExecuteAsync(table, null, CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (database is not null)
            await database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Values_come_back_as_they_were()
    {
        Row[] rows =
        [
            new(long.MaxValue, "plain", 1, [1, 2, 3]),
            new(long.MinValue, "", int.MinValue, []),
            new(0, null, null, null),
            new(1, "quote ' \" \u00fc \ud83d\ude00", int.MaxValue, new byte[100_000]),
            new(2, new string('\u4e2d', 20_000), 0, [0]),
        ];

        await WriteAsync(rows);

        foreach (var row in rows)
        {
            var found = (await FindAsync(row.Id)).ShouldNotBeNull();
            found.Name.ShouldBe(row.Name);
            found.Amount.ShouldBe(row.Amount);
            found.Content.ShouldBe(row.Content);
        }
    }

    [Fact]
    public async Task More_rows_than_go_together_and_several_calls_write_each_row_once()
    {
        var rows = Enumerable.Range(0, (2 * RowWriter<Row>.RowsAtOnce) + 1).Select(i => new Row(i, $"row {i}", i, null)).ToList();

        await WriteAsync(rows, [], [new Row(-1, "the last", 7, null)]);

        (await CountAsync()).ShouldBe(rows.Count + 1);
        (await FindAsync(rows.Count - 1))!.Name.ShouldBe($"row {rows.Count - 1}");
        (await FindAsync(-1))!.Name.ShouldBe("the last");
    }

    [Fact]
    public async Task Rows_are_gone_with_their_transaction()
    {
        await using (var transaction = await database.BeginAsync(CancellationToken.None))
        {
            using var writer = new RowWriter<Row>(transaction, Written);
            await writer.WriteAsync([new Row(1, "one", 1, null)], CancellationToken.None);
        }

        (await CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_row_that_the_table_refuses_is_an_error_and_nothing_is_written()
    {
        await WriteAsync([new Row(5, "five", 5, null)]);

        await Should.ThrowAsync<DbException>(() => WriteAsync([new Row(6, "six", 6, null), new Row(5, "five again", 5, null)]));

        (await CountAsync()).ShouldBe(1);
        (await FindAsync(5))!.Name.ShouldBe("five");
        await WriteAsync([new Row(6, "six", 6, null)]);
    }

    [Fact]
    public async Task A_table_that_is_not_there_is_an_error()
    {
        await using var transaction = await database.BeginAsync(CancellationToken.None);
        using var writer = new RowWriter<Row>(transaction, TableOf("missing_table"));

        var refused = await Should.ThrowAsync<DbException>(() => writer.WriteAsync([new Row(1, "one", 1, null)], CancellationToken.None));

        refused.Message.ShouldContain("missing_table");
    }

    protected abstract Task<DatabaseOptions> OptionsAsync();

    private static RowTable<Row> TableOf(string name) =>
        new RowTable<Row>(name)
            .Number("id", row => row.Id)
            .Text("name", row => row.Name)
            .Number("amount", row => row.Amount)
            .Bytes("content", row => row.Content);

    private async Task WriteAsync(params IReadOnlyList<Row>[] calls)
    {
        await using var transaction = await database.BeginAsync(CancellationToken.None);
        using var writer = new RowWriter<Row>(transaction, Written);
        foreach (var rows in calls)
            await writer.WriteAsync(rows, CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
    }

    private protected Task<long> CountAsync() => database.QueryFirstOrDefaultAsync<long>("SELECT COUNT(*) FROM written", null, CancellationToken.None);

    private Task<Found?> FindAsync(long id) =>
        database.QueryFirstOrDefaultAsync<Found>(
            "SELECT name AS Name, amount AS Amount, content AS Content FROM written WHERE id = @id",
            new { id },
            CancellationToken.None
        );

    private protected sealed record Row(long Id, string? Name, long? Amount, byte[]? Content);

    private sealed record Found
    {
        public string? Name { get; init; }

        public long? Amount { get; init; }

        public byte[]? Content { get; init; }
    }
}

public sealed class SqliteRowWriterTests : RowWriterContract
{
    private readonly string folder = TestProcess.NewFolder();

    [Fact]
    public async Task After_its_transaction_a_writer_writes_nothing()
    {
        await using var transaction = await Database.BeginAsync(CancellationToken.None);
        using var writer = new RowWriter<Row>(transaction, Written);
        await writer.WriteAsync([new Row(1, "one", 1, null)], CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);

        await Should.ThrowAsync<InvalidOperationException>(() => writer.WriteAsync([new Row(2, "two", 2, null)], CancellationToken.None));

        (await CountAsync()).ShouldBe(1);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    protected override Task<DatabaseOptions> OptionsAsync() => Task.FromResult(new DatabaseOptions { Folder = folder });
}

[Trait("Needs", "Servers")]
public sealed class PostgreSqlRowWriterTests : RowWriterContract
{
    protected override async Task<DatabaseOptions> OptionsAsync() =>
        new() { Engine = DatabaseEngine.PostgreSql, ConnectionString = await (await PostgresServer.StartAsync()).CreateDatabaseAsync() };
}
