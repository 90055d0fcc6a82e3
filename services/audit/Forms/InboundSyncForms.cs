using Tideway.Audit.Records;
using Tideway.Contracts.InboundSync;

namespace Tideway.Audit.Forms;

/// <summary>How the events of inbound-sync are recorded.</summary>
internal static class InboundSyncForms
{
    public static IReadOnlyList<AuditForm> All { get; } =
    [
        new AuditForm<ProviderCreated>(
            "record-provider-created",
            e => Entry("createProvider", e.OccurredAt, e.ProviderName, new { e.ProviderId, e.Endpoint }) with { UserIdentity = e.Actor }
        ),
        new AuditForm<ProviderUpdated>(
            "record-provider-updated",
            e => Entry("updateProvider", e.OccurredAt, e.ProviderName, new { e.ProviderId, e.Endpoint }) with { UserIdentity = e.Actor }
        ),
        new AuditForm<ProviderDeleted>(
            "record-provider-deleted",
            e => Entry("deleteProvider", e.OccurredAt, e.ProviderName, new { e.ProviderId }) with { UserIdentity = e.Actor }
        ),
        new AuditForm<SyncCreated>(
            "record-sync-created",
            e =>
                Of(
                    "createSync",
                    e.OccurredAt,
                    e.ProviderName,
                    e.Share,
                    e.Schema,
                    e.Table,
                    new
                    {
                        e.SyncId,
                        e.SyncName,
                        e.Mode,
                        e.TargetLocation,
                    }
                ) with
                {
                    UserIdentity = e.Actor,
                }
        ),
        new AuditForm<SyncDeleted>(
            "record-sync-deleted",
            e => Of("deleteSync", e.OccurredAt, e.ProviderName, e.Share, e.Schema, e.Table, new { e.SyncId, e.SyncName }) with { UserIdentity = e.Actor }
        ),
        new AuditForm<SyncStarted>(
            "record-sync-started",
            e =>
                Of(
                    "syncStarted",
                    e.OccurredAt,
                    e.ProviderName,
                    e.Share,
                    e.Schema,
                    e.Table,
                    new
                    {
                        e.SyncId,
                        e.SyncName,
                        e.RunId,
                        e.Trigger,
                    }
                )
        ),
        new AuditForm<SyncCompleted>(
            "record-sync-completed",
            e =>
                Of(
                    "syncCompleted",
                    e.OccurredAt,
                    e.ProviderName,
                    e.Share,
                    e.Schema,
                    e.Table,
                    new
                    {
                        e.SyncId,
                        e.SyncName,
                        e.RunId,
                    }
                ) with
                {
                    RequestIds = e.RequestIds,
                    Result = new
                    {
                        e.FromVersion,
                        e.ToVersion,
                        e.LocalVersion,
                        e.Files,
                        e.Bytes,
                        e.RowsInserted,
                        e.RowsUpdated,
                        e.RowsDeleted,
                        e.Snapshot,
                    },
                }
        ),
        new AuditForm<SyncFailed>(
            "record-sync-failed",
            e =>
                Of(
                    "syncFailed",
                    e.OccurredAt,
                    e.ProviderName,
                    e.Share,
                    e.Schema,
                    e.Table,
                    new
                    {
                        e.SyncId,
                        e.SyncName,
                        e.RunId,
                    }
                ) with
                {
                    RequestIds = e.RequestIds,
                    ErrorMessage = e.Reason,
                }
        ),
        new AuditForm<SyncGapDetected>(
            "record-sync-gap-detected",
            e =>
                Of(
                    "syncGapDetected",
                    e.OccurredAt,
                    e.ProviderName,
                    e.Share,
                    e.Schema,
                    e.Table,
                    new
                    {
                        e.SyncId,
                        e.SyncName,
                        e.RunId,
                    }
                ) with
                {
                    ErrorMessage = e.Reason,
                    Result = new { e.FromVersion, e.ToVersion },
                }
        ),
        new AuditForm<RowsQuarantined>(
            "record-rows-quarantined",
            e =>
                Of(
                    "rowsQuarantined",
                    e.OccurredAt,
                    e.ProviderName,
                    e.Share,
                    e.Schema,
                    e.Table,
                    new
                    {
                        e.SyncId,
                        e.SyncName,
                        e.RunId,
                    }
                ) with
                {
                    ErrorMessage = e.Reason,
                    Result = new
                    {
                        e.FromVersion,
                        e.ToVersion,
                        e.Rows,
                    },
                }
        ),
        new AuditForm<PartnerEventReceived>(
            "record-partner-event-received",
            e =>
                Entry(
                    "partnerEventReceived",
                    e.OccurredAt,
                    e.ProviderName,
                    new
                    {
                        e.EventId,
                        e.EventType,
                        e.Subject,
                    }
                )
        ),
    ];

    private static AuditEntry Of(string action, DateTimeOffset at, string provider, string share, string schema, string table, object parameters) =>
        Entry(action, at, provider, parameters) with
        {
            Share = share,
            Schema = schema,
            Table = table,
        };

    private static AuditEntry Entry(string action, DateTimeOffset at, string provider, object parameters) =>
        new()
        {
            EventTime = at,
            Direction = Direction.Inbound,
            ServiceName = "inbound-sync",
            ActionName = action,
            ProviderName = provider,
            RequestParams = parameters,
        };
}
