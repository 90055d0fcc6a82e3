using Tideway.Testing.Servers;

namespace Tideway.Audit.Tests.Records;

[Trait("Needs", "Servers")]
public sealed class PostgreSqlRecordTests : RecordContract
{
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
