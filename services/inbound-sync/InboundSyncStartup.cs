using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Tideway.Contracts.RecipientAuth;
using Tideway.DeltaLog.Snapshots;
using Tideway.Hosting.Health;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Startup;
using Tideway.Hosting.Web;
using Tideway.InboundSync.Merge;
using Tideway.InboundSync.Mirror;
using Tideway.InboundSync.PartnerEvents;
using Tideway.InboundSync.Providers;
using Tideway.InboundSync.Runs;
using Tideway.InboundSync.Storage;
using Tideway.InboundSync.Syncs;
using Tideway.ObjectStorage;

namespace Tideway.InboundSync;

/// <summary>Puts the service into a host, alone or beside others.</summary>
public static class InboundSyncStartup
{
    /// <summary>Name of the service.</summary>
    public const string Name = "inbound-sync";

    /// <summary>Registers what the service is made of.</summary>
    public static void AddInboundSync(this WebApplicationBuilder builder)
    {
        builder.AddServiceDatabase((options, time) => new InboundSyncDatabase(options, time));
        builder.AddCredentialInvalidation<InboundSyncDatabase, CredentialsChanged>(Name, changed => changed.OwnerId);
        builder.Services.AddOptions<SyncOptions>().BindConfiguration(SyncOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        // A sync looks at its table every few minutes: small ones stay, a large one is read again.
        builder
            .Services.AddOptions<SnapshotCacheOptions>()
            .Configure(cache => cache.MaxBytes = 64L << 20)
            .BindConfiguration(LocalTable.CacheSection)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddSingleton(provider => new SnapshotCache(
            provider.GetRequiredService<IOptions<SnapshotCacheOptions>>().Value,
            provider.GetRequiredService<TimeProvider>()
        ));
        builder.Services.AddOptions<PublicOptions>().ValidateOnStart();
        builder.Services.AddOptions<StorageRootOptions>().BindConfiguration(StorageRootOptions.Section);
        builder.Services.TryAddSingleton(provider => new StorageRoots(provider.GetRequiredService<IOptions<StorageRootOptions>>().Value));
        builder.Services.AddSingleton<IProviderStore, SqlProviderStore>();
        builder.Services.AddSingleton<ISyncStore, SqlSyncStore>();
        builder.Services.AddSingleton<ProviderConnections>();
        builder.Services.AddSingleton<RemoteCheck>();
        builder.Services.AddSingleton<PartnerSubscriber>();
        builder.Services.AddSingleton<SyncQueue>();
        builder.Services.AddSingleton<SyncRecorder>();
        builder.Services.AddSingleton<StagingArea>();
        builder.Services.AddSingleton<RemoteChangesReader>();
        builder.Services.AddSingleton<MergeEngine>();
        builder.Services.AddSingleton<RowCounts>();
        builder.Services.AddSingleton<MirrorSync>();
        builder.Services.AddSingleton<MergeSync>();
        builder.Services.AddScoped<SyncRunner>();
        builder.Services.AddSingleton<IReadinessCheck, TargetReadiness>();
        builder.Services.AddHostedService<SyncScheduler>();
        builder.Services.AddHostedService<FreshnessWatch>();
        builder.Services.AddHostedService<PartnerEventCleaner>();
    }

    /// <summary>Maps the service's routes.</summary>
    public static void MapInboundSync(this WebApplication app)
    {
        app.MapProviders();
        app.MapSyncs();
        app.MapPartnerEvents();
    }
}
