using Tideway.Audit.Records;
using Tideway.Hosting.Database;
using Tideway.Testing.Servers;

namespace Tideway.Audit.Tests.Records;

[Trait("Needs", "Servers")]
public sealed class PostgreSqlRecordTests : RecordContract
{
    [Fact]
    public async Task What_is_on_record_is_looked_up_by_an_index_while_the_table_is_empty_too()
    {
        await using var transaction = await Host.Database.BeginAsync(TestContext.Current.CancellationToken);
        await transaction.QueryAsync<string>(RecordSql.LockChain, null, TestContext.Current.CancellationToken);

        var plan = await transaction.QueryAsync<string>(
            "EXPLAIN " + RecordSql.Known(DatabaseEngine.PostgreSql),
            new { ids = Enumerable.Range(0, 1000).Select(_ => Guid.CreateVersion7().ToString()).ToArray() },
            TestContext.Current.CancellationToken
        );

        string.Join('\n', plan).ShouldNotContain("Seq Scan");
    }

    protected override async Task<string[]> SettingsAsync()
    {
        var server = await PostgresServer.StartAsync();
        return
        [
            "--Database:Engine=PostgreSql",
            $"--Database:ConnectionString={await server.CreateDatabaseAsync()}",
            "--Bus:OutboxPollInterval=00:00:00.050",
            "--RecipientAuth:Url=http://127.0.0.1:1",
        ];
    }

    protected override ValueTask CleanUpAsync() => ValueTask.CompletedTask;
}
