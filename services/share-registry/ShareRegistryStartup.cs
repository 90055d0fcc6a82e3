using Microsoft.Extensions.Options;
using Tideway.Contracts.RecipientAuth;
using Tideway.Contracts.ShareRegistry;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Server.Exchange;
using Tideway.DeltaSharing.Server.PlainCopies;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Startup;
using Tideway.ShareRegistry.Access;
using Tideway.ShareRegistry.Catalog;
using Tideway.ShareRegistry.Files;
using Tideway.ShareRegistry.Grants;
using Tideway.ShareRegistry.Recipients;
using Tideway.ShareRegistry.Shares;
using Tideway.ShareRegistry.Storage;
using Tideway.ShareRegistry.TableCredentials;
using Tideway.ShareRegistry.TableQuery;
using Tideway.ShareRegistry.Tables;
using Tideway.ShareRegistry.Volumes;

namespace Tideway.ShareRegistry;

/// <summary>Puts the service into a host, alone or beside others.</summary>
public static class ShareRegistryStartup
{
    /// <summary>Name of the service.</summary>
    public const string Name = "share-registry";

    /// <summary>Registers what the service is made of.</summary>
    public static void AddShareRegistry(this WebApplicationBuilder builder)
    {
        builder.AddServiceDatabase((options, time) => new ShareRegistryDatabase(options, time));
        builder.AddServedTableStorage();
        builder.AddPlainCopies();
        builder.AddAccessSpool<ShareRegistryDatabase, ShareAccessed>(accesses => new SharesAccessed
        {
            Accesses = accesses,
            OccurredAt = accesses[^1].OccurredAt,
        });
        builder.Services.AddOptions<SnapshotCacheOptions>().BindConfiguration(ServedTables.CacheSection).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<ShareStore>();
        builder.Services.AddSingleton<TableChangeReader>();
        builder.Services.AddSingleton<VolumeChangeReader>();
        builder.Services.AddSingleton<ShareUpdateReader>();
        builder.Services.AddSingleton<GrantStore>();
        builder.Services.AddSingleton<RecipientDirectory>();
        builder.Services.AddSingleton<CatalogRevision>();
        builder.Services.AddSingleton<CatalogMemory>();
        builder.Services.AddSingleton<GrantedCatalog>();
        builder.Services.AddSingleton<TableProbe>();
        builder.Services.AddSingleton<DirectoryProbe>();
        builder.Services.AddSingleton<DirectoryOffers>();
        builder.AddVolumes();
        builder.Services.AddSingleton(services => new SnapshotCache(
            services.GetRequiredService<IOptions<SnapshotCacheOptions>>().Value,
            services.GetRequiredService<TimeProvider>(),
            Telemetry.Record
        ));
        builder.Services.AddSingleton<ServedTables>();
        builder.Services.AddSingleton<TableReader>();
        builder.Services.AddOptions<SignedLinesOptions>().BindConfiguration(SignedLinesOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<AsyncQueryOptions>().BindConfiguration(AsyncQueryOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<AnswerFiles>();
        builder.Services.AddSingleton<SignedLines>();
        builder.Services.AddSingleton<EncodedSnapshots>();
        builder.Services.AddSingleton<TableQueryAnswers>();
        builder.Services.AddSingleton<AsyncQueryStore>();
        builder.Services.AddSingleton<AsyncQueryWork>();
        builder.Services.AddHostedService(services => services.GetRequiredService<AsyncQueryWork>());
        builder.Services.AddSingleton<AsyncQueries>();
        builder.Services.AddSingleton<SpooledAccessLog>();
        builder.Services.AddSingleton<FileAccessRecord>();
        builder.AddConsumer<ShareRegistryDatabase, TrackRecipientCreatedConsumer, RecipientCreated>(Name, "track-recipient-created");
        builder.AddConsumer<ShareRegistryDatabase, TrackRecipientUpdatedConsumer, RecipientUpdated>(Name, "track-recipient-updated");
        builder.AddConsumer<ShareRegistryDatabase, TrackRecipientDeletedConsumer, RecipientDeleted>(Name, "track-recipient-deleted");
        builder.AddCredentialInvalidation<ShareRegistryDatabase, CredentialsChanged>(Name, changed => changed.OwnerId);
        // It writes the query of each request when it starts, and that of a file is what lets its bearer read it.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
    }

    /// <summary>Maps the service's routes.</summary>
    public static void MapShareRegistry(this WebApplication app)
    {
        app.MapShares();
        app.MapGrants();
        app.MapFiles();
        var sharing = app.MapDeltaSharing<SpooledAccessLog>("/delta-sharing");
        sharing.MapCatalog();
        sharing.MapTableQuery();
        sharing.MapTableCredentials();
        sharing.MapVolumes();
        sharing.MapUnknownCalls();
    }
}
