using Microsoft.Extensions.Options;
using Tideway.CdfPublisher.Changes;
using Tideway.CdfPublisher.Deliveries;
using Tideway.CdfPublisher.Partners;
using Tideway.CdfPublisher.Shares;
using Tideway.CdfPublisher.Storage;
using Tideway.CdfPublisher.Subscriptions;
using Tideway.CdfPublisher.Tables;
using Tideway.Contracts.CdfPublisher;
using Tideway.Contracts.RecipientAuth;
using Tideway.Contracts.ShareRegistry;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Server.PlainCopies;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Startup;

namespace Tideway.CdfPublisher;

/// <summary>cdf-publisher: notices new versions of published tables, tells subscribers, and answers for row changes.</summary>
public static class CdfPublisherStartup
{
    /// <summary>Name of the service.</summary>
    public const string Name = "cdf-publisher";

    /// <summary>Registers the service.</summary>
    public static WebApplicationBuilder AddCdfPublisher(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<CdfPublisherOptions>().BindConfiguration(CdfPublisherOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<DeliveryOptions>().BindConfiguration(DeliveryOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.AddServiceDatabase((options, time) => new CdfPublisherDatabase(options, time));
        builder.AddServedTableStorage();
        builder.AddPlainCopies();
        builder.AddAccessSpool<CdfPublisherDatabase, ChangeFeedAccessed>(accesses => new ChangeFeedsAccessed
        {
            Accesses = accesses,
            OccurredAt = accesses[^1].OccurredAt,
        });
        builder.AddCredentialInvalidation<CdfPublisherDatabase, CredentialsChanged>(Name, changed => changed.OwnerId);

        services.AddSingleton<ShareStore>();
        builder.AddConsumer<CdfPublisherDatabase, TrackShareCreatedConsumer, ShareCreated>(Name, "track-share-created");
        builder.AddConsumer<CdfPublisherDatabase, TrackShareUpdatedConsumer, ShareUpdated>(Name, "track-share-updated");
        builder.AddConsumer<CdfPublisherDatabase, TrackShareDeletedConsumer, ShareDeleted>(Name, "track-share-deleted");
        builder.AddConsumer<CdfPublisherDatabase, TrackShareGrantedConsumer, ShareGranted>(Name, "track-share-granted");
        builder.AddConsumer<CdfPublisherDatabase, TrackShareRevokedConsumer, ShareRevoked>(Name, "track-share-revoked");
        builder.AddConsumer<CdfPublisherDatabase, EndSubscriptionsConsumer, RecipientDeleted>(Name, "end-subscriptions");

        services.AddSingleton<WatchSignal>();
        services.AddSingleton<TableOpener>();
        services.AddSingleton<ITableLog, DeltaTableLog>();
        services.AddSingleton<WatchStore>();
        services.AddSingleton<Announcements>();
        services.AddSingleton<TableWatch>();
        services.AddSingleton<IHostedService, TableWatcher>();

        services.AddSingleton<SubscriptionSecrets>();
        services.AddSingleton<SubscriptionStore>();
        services.AddSingleton<EndpointPolicy>();
        services.AddSingleton<IAddressResolver, SystemAddressResolver>();
        services.AddSingleton<PartnerHttp>();
        services.AddSingleton<WebhookHandshake>();

        services.AddSingleton<DeliverySignal>();
        services.AddSingleton<DeliveryQueue>();
        services.AddSingleton<DeliveryStore>();
        services.AddSingleton<DeliveryBook>();
        services.AddSingleton<NoticeSender>();
        services.AddSingleton<IHostedService, DeliveryWorker>();

        services.AddSingleton<ChangeFeedAccessLog>();
        services.AddOptions<SnapshotCacheOptions>().BindConfiguration(TableHeader.CacheSection).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => new SnapshotCache(
            provider.GetRequiredService<IOptions<SnapshotCacheOptions>>().Value,
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<ChangeFeed>();
        return builder;
    }

    /// <summary>Maps the routes of the service.</summary>
    public static void MapCdfPublisher(this WebApplication app)
    {
        app.MapChanges();
        app.MapSubscriptions();
        app.MapDeliveries();
        app.MapTables();
    }
}
