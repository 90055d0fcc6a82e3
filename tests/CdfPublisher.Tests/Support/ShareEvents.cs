using Tideway.CdfPublisher.Shares;
using Tideway.CdfPublisher.Subscriptions;
using Tideway.Contracts.RecipientAuth;
using Tideway.Contracts.ShareRegistry;

namespace Tideway.CdfPublisher.Tests.Support;

/// <summary>Events about one share and one recipient, handed to the service in whatever order a test likes.</summary>
internal sealed class ShareEvents
{
    public Guid ShareId { get; } = Guid.CreateVersion7();

    public string ShareName { get; init; } = "sales";

    public Guid RecipientId { get; } = Guid.CreateVersion7();

    public string RecipientName { get; init; } = "acme";

    public string Token => "token-of-" + RecipientName;

    public static SharedTable TableAt(
        string location,
        string name = "orders",
        string schema = "public",
        long startVersion = 0,
        bool feed = true,
        Guid? id = null
    ) =>
        new()
        {
            TableId = id ?? Guid.CreateVersion7(),
            Schema = schema,
            Name = name,
            StorageLocation = location,
            HistoryShared = feed,
            ChangeFeedShared = feed,
            StartVersion = startVersion,
        };

    public Task CreateAsync(PublisherHost host, long revision, params SharedTable[] tables) =>
        host.ConsumeAsync<TrackShareCreatedConsumer, ShareCreated>(
            new ShareCreated
            {
                ShareId = ShareId,
                ShareName = ShareName,
                Revision = revision,
                Tables = tables,
                Actor = "test",
                OccurredAt = TimeOf(revision),
            }
        );

    public Task UpdateAsync(PublisherHost host, long revision, string? name = null, params SharedTable[] tables) =>
        host.ConsumeAsync<TrackShareUpdatedConsumer, ShareUpdated>(
            new ShareUpdated
            {
                ShareId = ShareId,
                ShareName = name ?? ShareName,
                Revision = revision,
                Tables = tables,
                // Files beside tables, which nobody here watches.
                Volumes =
                [
                    new SharedVolume
                    {
                        VolumeId = Guid.CreateVersion7(),
                        Schema = "docs",
                        Name = "manuals",
                        StorageLocation = "file:///t/manuals",
                    },
                ],
                Actor = "test",
                OccurredAt = TimeOf(revision),
            }
        );

    public Task DeleteAsync(PublisherHost host, long revision) =>
        host.ConsumeAsync<TrackShareDeletedConsumer, ShareDeleted>(
            new ShareDeleted
            {
                ShareId = ShareId,
                ShareName = ShareName,
                Revision = revision,
                Actor = "test",
                OccurredAt = TimeOf(revision),
            }
        );

    public Task GrantAsync(PublisherHost host, long revision) =>
        host.ConsumeAsync<TrackShareGrantedConsumer, ShareGranted>(
            new ShareGranted
            {
                ShareId = ShareId,
                ShareName = ShareName,
                RecipientId = RecipientId,
                RecipientName = RecipientName,
                Revision = revision,
                Actor = "test",
                OccurredAt = TimeOf(revision),
            }
        );

    public Task RevokeAsync(PublisherHost host, long revision) =>
        host.ConsumeAsync<TrackShareRevokedConsumer, ShareRevoked>(
            new ShareRevoked
            {
                ShareId = ShareId,
                ShareName = ShareName,
                RecipientId = RecipientId,
                RecipientName = RecipientName,
                Revision = revision,
                Actor = "test",
                OccurredAt = TimeOf(revision),
            }
        );

    public Task DeleteRecipientAsync(PublisherHost host) =>
        host.ConsumeAsync<EndSubscriptionsConsumer, RecipientDeleted>(
            new RecipientDeleted
            {
                RecipientId = RecipientId,
                RecipientName = RecipientName,
                Revision = 9,
                Actor = "test",
                OccurredAt = TimeOf(9),
            }
        );

    private static DateTimeOffset TimeOf(long revision) => DateTimeOffset.UnixEpoch.AddDays(revision);
}
