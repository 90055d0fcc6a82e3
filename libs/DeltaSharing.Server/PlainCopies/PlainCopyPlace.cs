using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.ObjectStorage;

namespace Tideway.DeltaSharing.Server.PlainCopies;

/// <summary>The configured place of copies, kept tidy in the background.</summary>
internal sealed partial class PlainCopyPlace(
    IOptions<PlainCopyOptions> options,
    IOptions<FileUrlOptions> urls,
    IServiceProvider services,
    TimeProvider time,
    ILogger<PlainCopyPlace> logger
) : BackgroundService
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(10);

    private readonly Lazy<ICopyPlace> current = new(() => Open(services.GetRequiredService<StorageRoots>(), options.Value, urls.Value, time, logger));

    /// <summary>Whether there is one.</summary>
    public bool IsConfigured => options.Value.Folder is not null;

    /// <summary>The place.</summary>
    public ICopyPlace Current => current.Value;

    public override void Dispose()
    {
        if (current is { IsValueCreated: true, Value: IDisposable place })
            place.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (IsConfigured && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Current.CleanAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectStorageException)
            {
                NotCleaned(logger, exception, options.Value.Folder!);
            }

            await Task.Delay(BetweenLooks, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static ICopyPlace Open(StorageRoots roots, PlainCopyOptions options, FileUrlOptions urls, TimeProvider time, ILogger logger)
    {
        var location = roots.Locate(PlainCopyOptions.RootName, "");
        return location.Uri.IsFile
            ? new PlainCopyFolder(location.Uri.LocalPath, options, urls, time)
            : new PlainCopyStore(roots.Open(location), options, urls, time, (key, exception) => NotRenewed(logger, exception, key));
    }

    [LoggerMessage(280, LogLevel.Warning, "The place of plain copies {Folder} could not be cleaned")]
    private static partial void NotCleaned(ILogger logger, Exception exception, string folder);

    [LoggerMessage(282, LogLevel.Warning, "The plain copy {Key} could not be written anew, and nobody is left who asked for it")]
    private static partial void NotRenewed(ILogger logger, Exception exception, string key);
}
