using System.Text.Json;

namespace Tideway.Audit.Health;

/// <summary>What a record says of a sync.</summary>
/// <param name="SyncId">Which sync.</param>
/// <param name="SyncName">Its name.</param>
/// <param name="Sql">The statement that notes it, where there is more to note than that the sync is there.</param>
/// <param name="RemoteVersion">Version of the partner's table that was come to.</param>
/// <param name="LocalVersion">Version of our table that it made.</param>
internal sealed record SyncChange(string SyncId, string SyncName, string? Sql, long? RemoteVersion, long? LocalVersion)
{
    /// <summary>The change; nothing where the record is about something else.</summary>
    public static SyncChange? Of(HealthFact record)
    {
        var (concerns, sql) = record.ActionName switch
        {
            "createSync" => (true, null),
            "deleteSync" => (true, HealthSql.SyncDeleted),
            "syncStarted" => (true, HealthSql.SyncStarted),
            "syncCompleted" => (true, HealthSql.SyncCompleted),
            "syncFailed" => (true, HealthSql.SyncFailed),
            "syncGapDetected" => (true, HealthSql.SyncGap),
            "rowsQuarantined" => (true, HealthSql.SyncQuarantine),
            _ => (false, null),
        };
        if (!concerns || record.RequestParams is null)
            return null;
        using var parameters = JsonDocument.Parse(record.RequestParams);
        using var result = JsonDocument.Parse(record.Result ?? "{}");
        return new SyncChange(
            parameters.RootElement.GetProperty("sync_id").GetString()!,
            parameters.RootElement.GetProperty("sync_name").GetString()!,
            sql,
            Number(result, "to_version"),
            Number(result, "local_version")
        );
    }

    private static long? Number(JsonDocument result, string name) => result.RootElement.TryGetProperty(name, out var value) ? value.GetInt64() : null;
}
