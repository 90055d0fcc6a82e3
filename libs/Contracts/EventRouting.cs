using Tideway.Contracts.CdfPublisher;
using Tideway.Contracts.InboundSync;
using Tideway.Contracts.RecipientAuth;
using Tideway.Contracts.ShareRegistry;

namespace Tideway.Contracts;

/// <summary>
/// Which service consumes which event, for all services of an organisation. Whichever service starts first makes all these queues, so that no
/// event is lost before its consumer first runs. A queue is named by its service and by what its consumer does.
/// </summary>
public static class EventRouting
{
    /// <summary>Every queue with the event it takes in.</summary>
    public static IReadOnlyList<(string Queue, Type EventType)> All { get; } =
    [
        ("share-registry-track-recipient-created", typeof(RecipientCreated)),
        ("share-registry-track-recipient-updated", typeof(RecipientUpdated)),
        ("share-registry-track-recipient-deleted", typeof(RecipientDeleted)),
        ("cdf-publisher-track-share-created", typeof(ShareCreated)),
        ("cdf-publisher-track-share-updated", typeof(ShareUpdated)),
        ("cdf-publisher-track-share-deleted", typeof(ShareDeleted)),
        ("cdf-publisher-track-share-granted", typeof(ShareGranted)),
        ("cdf-publisher-track-share-revoked", typeof(ShareRevoked)),
        ("cdf-publisher-end-subscriptions", typeof(RecipientDeleted)),
        ("audit-record-share-created", typeof(ShareCreated)),
        ("audit-record-share-updated", typeof(ShareUpdated)),
        ("audit-record-share-deleted", typeof(ShareDeleted)),
        ("audit-record-share-granted", typeof(ShareGranted)),
        ("audit-record-share-revoked", typeof(ShareRevoked)),
        ("audit-record-shares-accessed", typeof(SharesAccessed)),
        ("audit-record-change-feeds-accessed", typeof(ChangeFeedsAccessed)),
        ("audit-record-recipient-created", typeof(RecipientCreated)),
        ("audit-record-recipient-updated", typeof(RecipientUpdated)),
        ("audit-record-recipient-deleted", typeof(RecipientDeleted)),
        ("audit-record-recipient-token-issued", typeof(RecipientTokenIssued)),
        ("audit-record-recipient-token-rotated", typeof(RecipientTokenRotated)),
        ("audit-record-recipient-token-revoked", typeof(RecipientTokenRevoked)),
        ("audit-record-recipient-activation-refused", typeof(RecipientActivationRefused)),
        ("audit-record-recipient-access-token-issued", typeof(RecipientAccessTokenIssued)),
        ("audit-record-recipient-access-token-refused", typeof(RecipientAccessTokenRefused)),
        ("audit-record-principal-created", typeof(PrincipalCreated)),
        ("audit-record-principal-token-revoked", typeof(PrincipalTokenRevoked)),
        ("audit-record-table-version-committed", typeof(TableVersionCommitted)),
        ("audit-record-table-changes-published", typeof(TableChangesPublished)),
        ("audit-record-subscription-created", typeof(SubscriptionCreated)),
        ("audit-record-subscription-deleted", typeof(SubscriptionDeleted)),
        ("audit-record-delivery-succeeded", typeof(DeliverySucceeded)),
        ("audit-record-delivery-failed", typeof(DeliveryFailed)),
        ("audit-record-provider-created", typeof(ProviderCreated)),
        ("audit-record-provider-updated", typeof(ProviderUpdated)),
        ("audit-record-provider-deleted", typeof(ProviderDeleted)),
        ("audit-record-sync-created", typeof(SyncCreated)),
        ("audit-record-sync-deleted", typeof(SyncDeleted)),
        ("audit-record-sync-started", typeof(SyncStarted)),
        ("audit-record-sync-completed", typeof(SyncCompleted)),
        ("audit-record-sync-failed", typeof(SyncFailed)),
        ("audit-record-sync-gap-detected", typeof(SyncGapDetected)),
        ("audit-record-rows-quarantined", typeof(RowsQuarantined)),
        ("audit-record-partner-event-received", typeof(PartnerEventReceived)),
    ];
}
