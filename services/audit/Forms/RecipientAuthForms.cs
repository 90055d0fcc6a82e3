using Tideway.Audit.Records;
using Tideway.Contracts.RecipientAuth;

namespace Tideway.Audit.Forms;

/// <summary>How the events of recipient-auth are recorded.</summary>
internal static class RecipientAuthForms
{
    public static IReadOnlyList<AuditForm> All { get; } =
    [
        new AuditForm<RecipientCreated>(
            "record-recipient-created",
            e =>
                Recipient(
                    "createRecipient",
                    e.OccurredAt,
                    e.Actor,
                    e.RecipientName,
                    new
                    {
                        e.RecipientId,
                        e.Revision,
                        e.Comment,
                        e.Properties,
                        e.AllowedIpAddresses,
                    }
                )
        ),
        new AuditForm<RecipientUpdated>(
            "record-recipient-updated",
            e =>
                Recipient(
                    "updateRecipient",
                    e.OccurredAt,
                    e.Actor,
                    e.RecipientName,
                    new
                    {
                        e.RecipientId,
                        e.Revision,
                        e.Comment,
                        e.Properties,
                        e.AllowedIpAddresses,
                    }
                )
        ),
        new AuditForm<RecipientDeleted>(
            "record-recipient-deleted",
            e => Recipient("deleteRecipient", e.OccurredAt, e.Actor, e.RecipientName, new { e.RecipientId, e.Revision })
        ),
        new AuditForm<RecipientTokenIssued>(
            "record-recipient-token-issued",
            // Whoever opened the activation link: the recipient is the best that is known of them.
            e =>
                Recipient(
                    "retrieveRecipientToken",
                    e.OccurredAt,
                    e.RecipientName,
                    e.RecipientName,
                    new
                    {
                        e.RecipientId,
                        e.TokenId,
                        e.ExpiresAt,
                    }
                ) with
                {
                    SourceIpAddress = e.SourceIp,
                }
        ),
        new AuditForm<RecipientTokenRotated>(
            "record-recipient-token-rotated",
            e =>
                Recipient(
                    "rotateRecipientToken",
                    e.OccurredAt,
                    e.Actor,
                    e.RecipientName,
                    new
                    {
                        e.RecipientId,
                        e.TokenId,
                        e.PreviousTokensExpireAt,
                    }
                )
        ),
        new AuditForm<RecipientTokenRevoked>(
            "record-recipient-token-revoked",
            e => Recipient("revokeRecipientToken", e.OccurredAt, e.Actor, e.RecipientName, new { e.RecipientId, e.TokenId })
        ),
        new AuditForm<RecipientActivationRefused>(
            "record-recipient-activation-refused",
            // The recipient is whom the link was made for; who opened it, nobody knows.
            e => new AuditEntry
            {
                EventId = e.RefusalId,
                EventTime = e.OccurredAt,
                Direction = Direction.Outbound,
                ServiceName = "recipient-auth",
                ActionName = e.Action,
                RecipientName = e.RecipientName,
                SourceIpAddress = e.SourceIp,
                UserAgent = e.UserAgent,
                RequestParams = new { e.RecipientId },
                StatusCode = 404,
                ErrorCode = "RESOURCE_DOES_NOT_EXIST",
                ErrorMessage = e.Reason,
                Decision = Decision.Refused,
            }
        ),
        new AuditForm<RecipientAccessTokenIssued>(
            "record-recipient-access-token-issued",
            e =>
                Recipient(
                    "issueAccessToken",
                    e.OccurredAt,
                    e.RecipientName,
                    e.RecipientName,
                    new
                    {
                        e.RecipientId,
                        e.ClientId,
                        e.ExpiresAt,
                    }
                ) with
                {
                    EventId = e.IssueId,
                    SourceIpAddress = e.SourceIp,
                }
        ),
        new AuditForm<RecipientAccessTokenRefused>(
            "record-recipient-access-token-refused",
            // The recipient is whose client was named; who asked, nobody knows.
            e => new AuditEntry
            {
                EventId = e.RefusalId,
                EventTime = e.OccurredAt,
                Direction = Direction.Outbound,
                ServiceName = "recipient-auth",
                ActionName = "issueAccessToken",
                RecipientName = e.RecipientName,
                SourceIpAddress = e.SourceIp,
                UserAgent = e.UserAgent,
                RequestParams = new { e.RecipientId },
                StatusCode = 401,
                ErrorCode = "invalid_client",
                ErrorMessage = e.Reason,
                Decision = Decision.Refused,
            }
        ),
        new AuditForm<PrincipalCreated>(
            "record-principal-created",
            e =>
                Principal(
                    "createPrincipal",
                    e.OccurredAt,
                    e.Actor,
                    new
                    {
                        e.PrincipalId,
                        e.PrincipalName,
                        e.Roles,
                    }
                )
        ),
        new AuditForm<PrincipalTokenRevoked>(
            "record-principal-token-revoked",
            e => Principal("revokePrincipalToken", e.OccurredAt, e.Actor, new { e.PrincipalId, e.PrincipalName })
        ),
    ];

    private static AuditEntry Recipient(string action, DateTimeOffset at, string actor, string recipient, object parameters) =>
        new()
        {
            EventTime = at,
            Direction = Direction.Outbound,
            ServiceName = "recipient-auth",
            ActionName = action,
            UserIdentity = actor,
            RecipientName = recipient,
            RequestParams = parameters,
        };

    private static AuditEntry Principal(string action, DateTimeOffset at, string actor, object parameters) =>
        new()
        {
            EventTime = at,
            Direction = Direction.Own,
            ServiceName = "recipient-auth",
            ActionName = action,
            UserIdentity = actor,
            RequestParams = parameters,
        };
}
