using Tideway.DeltaLog.Reading;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Writing;

/// <summary>A session in UTC for as long as this lives; then in its own time zone again.</summary>
internal sealed class UtcSession : IDisposable
{
    private readonly DuckDbConnection connection;
    private readonly string? before;

    public UtcSession(DuckDbConnection connection)
    {
        this.connection = connection;
        if (connection.Scalar<bool>($"SELECT {ScanSql.IsUtc}"))
            return;
        before = connection.Scalar<string>("SELECT current_setting('TimeZone')");
        TableReader.UseUtc(connection);
    }

    public void Dispose()
    {
        if (before is not null)
            connection.Execute($"SET TimeZone = {SqlText.Literal(before)}");
    }
}
