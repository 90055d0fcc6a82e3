using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Tideway.ObjectStorage;

namespace Tideway.DeltaSharing.Server.PlainCopies;

/// <summary>Registers the copies for clients that read only plain Parquet.</summary>
public static class PlainCopiesRegistration
{
    /// <summary>Adds <see cref="CopiedFiles"/> (section <c>PlainCopies</c>). Several services of one process may all ask for it.</summary>
    public static WebApplicationBuilder AddPlainCopies(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (services.Any(service => service.ServiceType == typeof(PlainCopyPlace)))
            return builder;
        services
            .AddOptions<PlainCopyOptions>()
            .BindConfiguration(PlainCopyOptions.FormerSection)
            .BindConfiguration(PlainCopyOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        // The place is a storage root, so that its files are served and signed like all others.
        services
            .AddOptions<StorageRootOptions>()
            .PostConfigure<IOptions<PlainCopyOptions>>(
                (storage, copies) =>
                {
                    if (copies.Value.Folder is { } folder)
                        storage.Roots[PlainCopyOptions.RootName] = RootOf(folder);
                }
            );
        services.AddSingleton<PlainCopyPlace>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<PlainCopyPlace>());
        services.AddSingleton<PlainCopyWriter>();
        services.AddSingleton(provider => new CopiedFiles(
            provider.GetRequiredService<PlainCopyPlace>(),
            provider.GetRequiredService<PlainCopyWriter>(),
            provider.GetRequiredService<StorageRoots>(),
            provider.GetRequiredService<IOptions<PlainCopyOptions>>()
        ));
        return builder;
    }

    private static string RootOf(string folder)
    {
        if (folder.Contains("://", StringComparison.Ordinal))
            return folder;
        Directory.CreateDirectory(folder);
        return Path.GetFullPath(folder);
    }
}
