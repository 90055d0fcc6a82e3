using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tideway.Hosting.Database;

namespace Tideway.Hosting.Startup;

/// <summary>Brings the database of each service in this process up to date before the process serves anything; waits for a database that is not there yet.</summary>
internal sealed partial class DatabaseMigrator(IEnumerable<ServiceDatabase> databases, TimeProvider time, ILogger<DatabaseMigrator> logger)
    : IHostedLifecycleService
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var database in databases)
            await MigrateAsync(database, cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task MigrateAsync(ServiceDatabase database, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                await DatabaseMigrations.ApplyAsync(database, cancellationToken);
                return;
            }
            catch (System.Data.Common.DbException exception) when (exception.IsTransient && time.GetElapsedTime(start) < Patience)
            {
                DatabaseNotThere(logger, exception, database.Service);
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
            }
        }
    }

    [LoggerMessage(200, LogLevel.Warning, "The database of {Service} cannot be reached yet; it is tried again")]
    private static partial void DatabaseNotThere(ILogger logger, Exception exception, string service);
}
