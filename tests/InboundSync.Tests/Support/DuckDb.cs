using Tideway.DeltaLog.Reading;
using Tideway.DuckDb;

namespace Tideway.InboundSync.Tests.Support;

/// <summary>One database for all tests; each takes a connection of its own.</summary>
internal static class DuckDb
{
    private static readonly Lazy<DuckDbDatabase> Database = new(() => DuckDbDatabase.Open(new DuckDbOptions { MemoryLimitBytes = 512L << 20 }));

    public static DuckDbConnection Connect()
    {
        var connection = Database.Value.Connect();
        TableReader.UseUtc(connection);
        return connection;
    }
}
