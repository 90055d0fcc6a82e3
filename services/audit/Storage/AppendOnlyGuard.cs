using Tideway.Audit.Records;
using Tideway.Hosting.Database;

namespace Tideway.Audit.Storage;

/// <summary>
/// Has the database refuse every change of a record, from before the first one is written. Runs at each start after the migrations, so that a
/// guard somebody took away comes back, and is missed out loud.
/// </summary>
internal sealed class AppendOnlyGuard(AuditDatabase database, ILogger<AppendOnlyGuard> logger) : IHostedLifecycleService
{
    private const int TriggersPerTable = 2;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (database.Engine == DatabaseEngine.PostgreSql)
            await transaction.QueryAsync<string>(RecordSql.LockChain, null, cancellationToken);
        var recorded = await transaction.QueryFirstOrDefaultAsync<long>(RecordSql.LastSequence, null, cancellationToken);
        foreach (var table in AppendOnlySql.Tables)
        {
            var triggers = await transaction.QueryFirstOrDefaultAsync<long>(AppendOnlySql.Count(database.Engine), new { table }, cancellationToken);
            if (triggers == TriggersPerTable)
                continue;
            if (recorded > 0)
                Log.GuardWasMissing(logger, table, recorded);
            await transaction.ExecuteAsync(AppendOnlySql.Install(database.Engine, table), null, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
