using Tideway.Audit.Records;
using Tideway.Contracts.CdfPublisher;

namespace Tideway.Audit.Forms;

/// <summary>How the events of cdf-publisher are recorded.</summary>
internal static class CdfPublisherForms
{
    private const string Service = "cdf-publisher";

    public static IReadOnlyList<AuditForm> All { get; } =
    [
        new AuditForm<TableVersionCommitted>(
            "record-table-version-committed",
            e =>
                Entry("tableVersionCommitted", e.OccurredAt, Direction.Own) with
                {
                    RequestParams = new { e.StorageLocation, e.CommittedAt },
                    Result = new
                    {
                        TableVersion = e.Version,
                        e.RowsAdded,
                        e.RowsRemoved,
                        e.RowsChanged,
                        e.FilesAdded,
                        e.FilesRemoved,
                        e.BytesAdded,
                        e.SchemaFingerprint,
                    },
                }
        ),
        new AuditForm<TableChangesPublished>(
            "record-table-changes-published",
            e =>
                Entry("tableChangesPublished", e.OccurredAt, Direction.Outbound) with
                {
                    Share = e.ShareName,
                    Schema = e.Schema,
                    Table = e.Name,
                    RequestParams = new { e.ShareId, e.TableId },
                    Result = new
                    {
                        e.FromVersion,
                        e.ToVersion,
                        e.ChangeFeedAvailable,
                    },
                }
        ),
        new AuditForm<SubscriptionCreated>(
            "record-subscription-created",
            e =>
                Entry("createSubscription", e.OccurredAt, Direction.Outbound) with
                {
                    UserIdentity = e.RecipientName,
                    RecipientName = e.RecipientName,
                    Share = e.ShareName,
                    RequestParams = new
                    {
                        e.SubscriptionId,
                        e.RecipientId,
                        e.Endpoint,
                    },
                }
        ),
        new AuditForm<SubscriptionDeleted>(
            "record-subscription-deleted",
            e =>
                Entry("deleteSubscription", e.OccurredAt, Direction.Outbound) with
                {
                    UserIdentity = e.Actor,
                    RecipientName = e.RecipientName,
                    RequestParams = new { e.SubscriptionId, e.RecipientId },
                }
        ),
        new AuditForm<DeliverySucceeded>(
            "record-delivery-succeeded",
            e =>
                Entry("deliverySucceeded", e.OccurredAt, Direction.Outbound) with
                {
                    RecipientName = e.RecipientName,
                    RequestParams = new
                    {
                        e.SubscriptionId,
                        e.RecipientId,
                        e.DeliveryId,
                        e.EventType,
                    },
                    Result = new { e.Attempts },
                }
        ),
        new AuditForm<DeliveryFailed>(
            "record-delivery-failed",
            e =>
                Entry("deliveryFailed", e.OccurredAt, Direction.Outbound) with
                {
                    RecipientName = e.RecipientName,
                    RequestParams = new
                    {
                        e.SubscriptionId,
                        e.RecipientId,
                        e.DeliveryId,
                        e.EventType,
                    },
                    ErrorMessage = e.Reason,
                    Result = new { e.Attempts },
                }
        ),
        new AuditForm<ChangeFeedsAccessed>("record-change-feeds-accessed", e => [.. e.Accesses.Select(EntryOf)]),
    ];

    private static AuditEntry EntryOf(ChangeFeedAccessed e) =>
        Entry(e.Action, e.OccurredAt, Direction.Outbound) with
        {
            EventId = e.AccessId,
            UserIdentity = e.RecipientName,
            RecipientName = e.RecipientName,
            Share = e.Share,
            Schema = e.Schema,
            Table = e.Table,
            SourceIpAddress = e.SourceIp,
            UserAgent = e.UserAgent,
            RequestIds = [e.RequestId],
            RequestParams = new
            {
                e.RecipientId,
                e.CredentialFingerprint,
                e.Parameters,
            },
            StatusCode = e.Status,
            ErrorCode = e.ErrorCode,
            ErrorMessage = e.ErrorMessage,
            Result = new
            {
                e.TableVersion,
                e.FileCount,
                e.ByteCount,
            },
            Decision = AccessDecision.Of(e.Status),
        };

    private static AuditEntry Entry(string action, DateTimeOffset at, string direction) =>
        new()
        {
            EventTime = at,
            Direction = direction,
            ServiceName = Service,
            ActionName = action,
        };
}
