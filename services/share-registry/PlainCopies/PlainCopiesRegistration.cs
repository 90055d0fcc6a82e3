using Microsoft.Extensions.Options;
using Tideway.ObjectStorage;

namespace Tideway.ShareRegistry.PlainCopies;

/// <summary>Registers the copies for clients that read only plain Parquet.</summary>
internal static class PlainCopiesRegistration
{
    public static void AddPlainCopies(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<PlainCopyOptions>().BindConfiguration(PlainCopyOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        // The folder is a storage root, so that its files are served and signed like all others.
        services
            .AddOptions<StorageRootOptions>()
            .PostConfigure<IOptions<PlainCopyOptions>>(
                (storage, copies) =>
                {
                    if (copies.Value.Folder is not { } folder)
                        return;
                    Directory.CreateDirectory(folder);
                    storage.Roots[PlainCopyOptions.RootName] = Path.GetFullPath(folder);
                }
            );
        services.AddSingleton<PlainCopyFolder>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<PlainCopyFolder>());
        services.AddSingleton<PlainCopyWriter>();
    }
}
