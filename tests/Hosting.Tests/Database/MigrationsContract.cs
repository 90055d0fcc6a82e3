using Tideway.Hosting.Database;
using Tideway.Hosting.Tests.Hosts;
using Tideway.Testing.Servers;

namespace Tideway.Hosting.Tests.Database;

/// <summary>What holds for migrations and values in either engine.</summary>
public abstract class MigrationsContract : IAsyncLifetime
{
    private DatabaseOptions options = null!;

    public async ValueTask InitializeAsync() => options = await OptionsAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Replicas_that_start_at_once_apply_each_migration_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(MigrateAsync)));

        await using var database = Open();
        var applied = await database.QueryAsync<string>("SELECT name FROM schema_migration ORDER BY name", null, CancellationToken.None);
        applied.ShouldBe(["0001-notes", "hosting/0001-messaging"]);
    }

    [Fact]
    public async Task An_applied_migration_that_reads_differently_now_is_refused()
    {
        await MigrateAsync();
        await ExecuteAsync("UPDATE schema_migration SET checksum = 'abc' WHERE name = '0001-notes'");

        var refused = await Should.ThrowAsync<InvalidOperationException>(MigrateAsync);

        refused.Message.ShouldContain("Migration 0001-notes of test-service was applied as abc but is now");
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        await MigrateAsync();
        await ExecuteAsync("INSERT INTO schema_migration (name, checksum, applied_at) VALUES ('0002-later', 'abc', 0)");

        var refused = await Should.ThrowAsync<InvalidOperationException>(MigrateAsync);

        refused.Message.ShouldContain("used by a newer version");
        refused.Message.ShouldContain("0002-later");
    }

    [Fact]
    public async Task Ids_and_times_come_back_as_they_were_to_the_microsecond()
    {
        await MigrateAsync();
        await using var database = Open();
        var id = Guid.CreateVersion7();
        var time = new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.FromHours(2)).AddMicroseconds(789_012);
        await ExecuteAsync(
            "INSERT INTO parked_message (parked_id, message_id, consumer, type, body, reason, attempts, created_at, parked_at) VALUES (@id, @id, 'c', 't', '{}', 'r', 1, @time, @time)",
            new { id, time }
        );

        var row = await database.QueryFirstOrDefaultAsync<Row>(
            "SELECT parked_id AS Id, parked_at AS Time FROM parked_message WHERE parked_id = @id",
            new { id },
            CancellationToken.None
        );

        row.ShouldNotBeNull();
        row.Id.ShouldBe(id);
        row.Time.ShouldBe(time);
        row.Time.Offset.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_transaction_that_fails_gives_up_its_turn()
    {
        await MigrateAsync();
        await using var database = Open();
        await using (var transaction = await database.BeginAsync(CancellationToken.None))
            await Should.ThrowAsync<System.Data.Common.DbException>(() => transaction.ExecuteAsync("NOT SQL", null, CancellationToken.None));

        await using var next = await database.BeginAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        await next.CommitAsync(CancellationToken.None);
    }

    protected abstract Task<DatabaseOptions> OptionsAsync();

    private TestDatabase Open() => new(options, TimeProvider.System);

    private async Task MigrateAsync()
    {
        await using var database = Open();
        await DatabaseMigrations.ApplyAsync(database, CancellationToken.None);
    }

    private async Task ExecuteAsync(string sql, object? parameters = null)
    {
        await using var database = Open();
        await using var transaction = await database.BeginAsync(CancellationToken.None);
        await transaction.ExecuteAsync(sql, parameters, CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
    }

    private sealed record Row
    {
        public required Guid Id { get; init; }

        public required DateTimeOffset Time { get; init; }
    }
}

public sealed class SqliteMigrationsTests : MigrationsContract
{
    private readonly string folder = TestProcess.NewFolder();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    protected override Task<DatabaseOptions> OptionsAsync() => Task.FromResult(new DatabaseOptions { Folder = folder });
}

[Trait("Needs", "Servers")]
public sealed class PostgreSqlMigrationsTests : MigrationsContract
{
    protected override async Task<DatabaseOptions> OptionsAsync() =>
        new() { Engine = DatabaseEngine.PostgreSql, ConnectionString = await (await PostgresServer.StartAsync()).CreateDatabaseAsync() };
}
