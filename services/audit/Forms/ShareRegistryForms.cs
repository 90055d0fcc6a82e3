using Tideway.Audit.Records;
using Tideway.Contracts.ShareRegistry;

namespace Tideway.Audit.Forms;

/// <summary>How the events of share-registry are recorded.</summary>
internal static class ShareRegistryForms
{
    public static IReadOnlyList<AuditForm> All { get; } =
    [
        new AuditForm<ShareCreated>(
            "record-share-created",
            e =>
                Entry(
                    "createShare",
                    e.OccurredAt,
                    e.Actor,
                    e.ShareName,
                    new
                    {
                        e.ShareId,
                        e.Revision,
                        e.DisplayName,
                        e.Comment,
                        e.Properties,
                        e.Owner,
                        e.Tables,
                        e.Volumes,
                    }
                )
        ),
        new AuditForm<ShareUpdated>(
            "record-share-updated",
            e =>
                Entry(
                    "updateShare",
                    e.OccurredAt,
                    e.Actor,
                    e.ShareName,
                    new
                    {
                        e.ShareId,
                        e.Revision,
                        e.DisplayName,
                        e.Comment,
                        e.Properties,
                        e.Owner,
                        e.Tables,
                        e.Volumes,
                    }
                )
        ),
        new AuditForm<ShareDeleted>("record-share-deleted", e => Entry("deleteShare", e.OccurredAt, e.Actor, e.ShareName, new { e.ShareId, e.Revision })),
        new AuditForm<ShareGranted>(
            "record-share-granted",
            e =>
                Entry(
                    "updateSharePermissions",
                    e.OccurredAt,
                    e.Actor,
                    e.ShareName,
                    new
                    {
                        e.ShareId,
                        e.Revision,
                        e.RecipientId,
                        Add = Select,
                    }
                ) with
                {
                    RecipientName = e.RecipientName,
                }
        ),
        new AuditForm<ShareRevoked>(
            "record-share-revoked",
            e =>
                Entry(
                    "updateSharePermissions",
                    e.OccurredAt,
                    e.Actor,
                    e.ShareName,
                    new
                    {
                        e.ShareId,
                        e.Revision,
                        e.RecipientId,
                        Remove = Select,
                    }
                ) with
                {
                    RecipientName = e.RecipientName,
                }
        ),
        new AuditForm<SharesAccessed>("record-shares-accessed", e => [.. e.Accesses.Select(EntryOf)]),
    ];

    private static readonly string[] Select = ["SELECT"];

    private static AuditEntry EntryOf(ShareAccessed e) =>
        new()
        {
            EventId = e.AccessId,
            EventTime = e.OccurredAt,
            Direction = Direction.Outbound,
            ServiceName = "share-registry",
            ActionName = e.Action,
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
                e.Volume,
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

    private static AuditEntry Entry(string action, DateTimeOffset at, string actor, string share, object parameters) =>
        new()
        {
            EventTime = at,
            Direction = Direction.Outbound,
            ServiceName = "share-registry",
            ActionName = action,
            UserIdentity = actor,
            Share = share,
            RequestParams = parameters,
        };
}
