using System.Data.Common;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Dapper;

namespace Tideway.Hosting.Database;

/// <summary>Applies the numbered migrations of a service, each once, in order, in one transaction and while no other process does.</summary>
internal static class DatabaseMigrations
{
    private const string CreateTable =
        "CREATE TABLE IF NOT EXISTS schema_migration (name TEXT NOT NULL PRIMARY KEY, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)";

    public static Task ApplyAsync(ServiceDatabase database, CancellationToken cancellationToken)
    {
        var migrations = Load(typeof(DatabaseMigrations).Assembly, "hosting/").Concat(Load(database.MigrationsAssembly, "")).ToList();
        return database.Driver.MigrateAsync(
            (connection, transaction) => ApplyAsync(database, connection, transaction, migrations, cancellationToken),
            cancellationToken
        );
    }

    private static async Task ApplyAsync(
        ServiceDatabase database,
        DbConnection connection,
        DbTransaction transaction,
        IReadOnlyList<(string Name, string Sql)> migrations,
        CancellationToken cancellationToken
    )
    {
        await connection.ExecuteAsync(new CommandDefinition(CreateTable, transaction: transaction, cancellationToken: cancellationToken));
        var applied = (
            await connection.QueryAsync<(string Name, string Checksum)>(
                new CommandDefinition("SELECT name, checksum FROM schema_migration", transaction: transaction, cancellationToken: cancellationToken)
            )
        ).ToDictionary(row => row.Name, row => row.Checksum, StringComparer.Ordinal);

        foreach (var (name, sql) in migrations)
        {
            var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
            if (applied.Remove(name, out var before))
            {
                if (before != checksum)
                    throw new InvalidOperationException(
                        $"Migration {name} of {database.Service} was applied as {before} but is now {checksum}; an applied migration never changes."
                    );
                continue;
            }

            await connection.ExecuteAsync(
                new CommandDefinition(database.Driver.Translate(sql), transaction: transaction, cancellationToken: cancellationToken)
            );
            await connection.ExecuteAsync(
                new CommandDefinition(
                    "INSERT INTO schema_migration (name, checksum, applied_at) VALUES (@name, @checksum, @at)",
                    new
                    {
                        name,
                        checksum,
                        at = database.Time.GetUtcNow(),
                    },
                    transaction,
                    cancellationToken: cancellationToken
                )
            );
        }

        if (applied.Count > 0)
            throw new InvalidOperationException(
                $"The database of {database.Service} was used by a newer version: it holds the migrations {string.Join(", ", applied.Keys.Order())}, which this version does not know."
            );
    }

    private static IEnumerable<(string Name, string Sql)> Load(Assembly assembly, string prefix) =>
        from resource in assembly.GetManifestResourceNames()
        where resource.Contains(".Migrations.", StringComparison.Ordinal) && resource.EndsWith(".sql", StringComparison.Ordinal)
        let name = resource[(resource.LastIndexOf(".Migrations.", StringComparison.Ordinal) + ".Migrations.".Length)..^".sql".Length]
        orderby name
        select (prefix + name, Read(assembly, resource));

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
