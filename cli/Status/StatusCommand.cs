using System.CommandLine;
using System.Text.Json;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;

namespace Tideway.Cli.Status;

/// <summary>How both directions are doing.</summary>
internal static class StatusCommand
{
    public static Command Make(CommandSet commands) =>
        commands.Leaf(
            "status",
            "Show how both directions are doing: who read what last, what was refused, which syncs fail",
            "tideway status",
            [],
            async (call, cancellationToken) =>
            {
                var health = await call.Api.GetAsync($"/api/tideway/v1/health", cancellationToken);
                call.Output.Item(
                    health,
                    Column.Time("As of", "as_of"),
                    Column.Of("Refused in 24 h", "outbound.refused_last_24h"),
                    Column.Of("Failed in 24 h", "outbound.failed_last_24h"),
                    new Column("Syncs failing", Failing)
                );
                call.Output.Part(
                    "Outbound",
                    Json.Items(health, "outbound.accesses"),
                    Column.Of("SHARE", "share"),
                    Column.Of("RECIPIENT", "recipient_name"),
                    Column.Time("LAST ACCESS", "last_access_at"),
                    Column.Of("TABLE", "last_table"),
                    Column.Of("VERSION", "last_table_version"),
                    Column.Of("STATUS", "last_status"),
                    Column.Of("GRANTED", "granted_count"),
                    Column.Of("REFUSED", "refused_count"),
                    Column.Bytes("SIZE", "bytes_granted")
                );
                call.Output.Part(
                    "Refused in 24 h",
                    Json.Items(health, "outbound.refusals"),
                    Column.Of("SHARE", "share"),
                    Column.Of("RECIPIENT", "recipient_name"),
                    Column.Of("STATUS", "status_code"),
                    Column.Of("ERROR", "error_code"),
                    Column.Of("COUNT", "count"),
                    Column.Time("LAST", "last_at")
                );
                call.Output.Part(
                    "Inbound",
                    Json.Items(health, "inbound.syncs"),
                    Column.Of("SYNC", "name"),
                    Column.Of("STATUS", "status"),
                    Column.Of("PROVIDER", "provider_name"),
                    Column.Time("LAST SUCCESS", "last_success_at"),
                    Column.Of("REMOTE", "remote_version"),
                    Column.Of("LOCAL", "local_version"),
                    Column.Time("LAST FAILURE", "last_failure_at"),
                    Column.Of("REASON", "last_failure_reason")
                );
            }
        );

    private static string Failing(JsonElement health) =>
        Column.Find(health, "inbound") is null
            ? ""
            : Json.Items(health, "inbound.syncs").Count(sync => Column.Find(sync, "status")?.GetString() == "failing").ToString();
}
