using Tideway.Hosting.Database;

namespace Tideway.Hosting.Health;

/// <summary>The database of a service answers and has its tables.</summary>
internal sealed class DatabaseReadiness(ServiceDatabase database) : IReadinessCheck
{
    public string Name => "database:" + database.Service;

    public async Task<Readiness> CheckAsync(CancellationToken cancellationToken)
    {
        var migrations = await database.QueryFirstOrDefaultAsync<long>("SELECT COUNT(*) FROM schema_migration", null, cancellationToken);
        return new Readiness(migrations > 0, $"{database.Engine}, {migrations} migrations");
    }
}
