using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Authentication;
using Tideway.DeltaSharing.Server.Limits;
using Tideway.DeltaSharing.Server.Paging;
using Tideway.Hosting.Database;
using Tideway.Hosting.Health;
using Tideway.Hosting.Web;
using Tideway.ObjectStorage;
using Tideway.ObjectStorage.Signing;

namespace Tideway.DeltaSharing.Server.Serving;

/// <summary>Registers what a service needs that serves tables to recipients. Several services of one process may all ask for it.</summary>
public static class ServedTableStorage
{
    private const int ResponseBufferBytes = 256 * 1024;

    /// <summary>
    /// Adds <see cref="StorageRoots"/> (section <c>Storage</c>), <see cref="IUrlSigner"/> and <see cref="LocalUrlVerifier"/> (sections
    /// <c>Files</c> and <c>Public</c>), <see cref="FolderCredentials"/>, <see cref="ContinuationTokens"/> (with the same secrets), the <see cref="IRecipientAuthenticator"/>, the
    /// protocol's errors for what no endpoint answers, and the check that storage can be read.
    /// </summary>
    public static WebApplicationBuilder AddServedTableStorage(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (services.Any(service => service.ServiceType == typeof(RecipientCredentials)))
            return builder;
        services.AddOptions<StorageRootOptions>().BindConfiguration(StorageRootOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<FileUrlOptions>().BindConfiguration(FileUrlOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<AnswerOptions>().BindConfiguration(AnswerOptions.Section);
        services.AddOptions<TemporaryCredentialOptions>().BindConfiguration(TemporaryCredentialOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<PublicOptions>().ValidateOnStart();
        services.TryAddSingleton(provider => new StorageRoots(provider.GetRequiredService<IOptions<StorageRootOptions>>().Value));
        services.TryAddSingleton<IUrlSigner>(provider => new StorageUrlSigner(
            provider.GetRequiredService<StorageRoots>(),
            new LocalUrlSigner(
                provider.GetRequiredService<IOptions<PublicOptions>>().Value.Url!,
                provider.GetRequiredService<IOptions<FileUrlOptions>>().Value.DecodeKeys()[0],
                provider.GetRequiredService<TimeProvider>()
            )
        ));
        services.TryAddSingleton(provider => new LocalUrlVerifier(
            [.. provider.GetRequiredService<IOptions<FileUrlOptions>>().Value.DecodeKeys()],
            provider.GetRequiredService<TimeProvider>()
        ));
        services.TryAddSingleton(provider => new ContinuationTokens(
            provider.GetRequiredService<IOptions<FileUrlOptions>>().Value.DecodeKeys(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<FolderCredentials>();
        services.AddOptions<RecipientLimitOptions>().BindConfiguration(RecipientLimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<RecipientLimits>();
        services.AddSingleton<RefusalRecords>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<RefusalRecords>());
        // Large answers wait less for the network, and a client that does not read still holds little.
        services.Configure<KestrelServerOptions>(options => options.Limits.MaxResponseBufferSize = ResponseBufferBytes);
        // With a clock of its own: it is about the machine's pace, and not about what time it is.
        services.AddSingleton(_ => new AnswerTurns(Environment.ProcessorCount, TimeProvider.System));
        services.AddSingleton<RecipientCredentials>();
        services.TryAddSingleton<IRecipientAuthenticator, BearerRecipientAuthenticator>();
        services.AddSingleton<IErrorDialect, SharingErrorDialect>();
        services.AddSingleton<IStartupFilter, SlashMerging>();
        services.AddSingleton<StorageWatch>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<StorageWatch>());
        services.AddSingleton<IReadinessCheck, StorageReadiness>();
        return builder;
    }

    /// <summary>Adds the <see cref="AccessSpool{TDatabase, TAccess}"/> of a service.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="eventOf">The event that tells of a group of accesses.</param>
    public static WebApplicationBuilder AddAccessSpool<TDatabase, TAccess>(this WebApplicationBuilder builder, Func<IReadOnlyList<TAccess>, object> eventOf)
        where TDatabase : ServiceDatabase
        where TAccess : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<AccessSpoolOptions>().BindConfiguration(AccessSpoolOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(provider => ActivatorUtilities.CreateInstance<AccessSpool<TDatabase, TAccess>>(provider, eventOf));
        builder.Services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<AccessSpool<TDatabase, TAccess>>());
        return builder;
    }
}
