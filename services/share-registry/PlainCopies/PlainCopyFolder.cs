using Microsoft.Extensions.Options;
using Tideway.DeltaSharing.Server.Serving;

namespace Tideway.ShareRegistry.PlainCopies;

/// <summary>
/// The folder with the copies. A copy is there whole or not at all; it stays while an address of it may be good, and goes when it was not handed out
/// for long, or earlier where the folder becomes too large. When it was handed out last is its time of access.
/// </summary>
internal sealed class PlainCopyFolder(IOptions<PlainCopyOptions> options, IOptions<FileUrlOptions> urls, TimeProvider time, ILogger<PlainCopyFolder> logger)
    : BackgroundService
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestWriting = TimeSpan.FromDays(1);

    private readonly Lock gate = new();

    public string? Folder => options.Value.Folder;

    private string Making => Path.Combine(Folder!, ".making");

    /// <summary>Where a copy is, or will be.</summary>
    public string PathOf(string key) => Path.Combine(Folder!, key);

    /// <summary>The length of a copy that is there, which is noted as handed out; null where there is none.</summary>
    public long? Use(string key)
    {
        var file = new FileInfo(PathOf(key));
        if (!file.Exists)
            return null;
        var (now, length) = (time.GetUtcNow().UtcDateTime, file.Length);
        try
        {
            if (now - file.LastAccessTimeUtc > TimeSpan.FromMinutes(1) || file.LastAccessTimeUtc > now)
                File.SetLastAccessTimeUtc(file.FullName, now);
            return length;
        }
        catch (FileNotFoundException)
        {
            // Another replica removed it at this moment.
            return null;
        }
    }

    /// <summary>A path for a copy in the making.</summary>
    public string Begin()
    {
        Directory.CreateDirectory(Making);
        return Path.Combine(Making, $"{Guid.CreateVersion7():N}.parquet");
    }

    /// <summary>Puts a copy that is complete into its place. False where there is no room for it.</summary>
    public bool Finish(string made, string key)
    {
        using (var stream = new FileStream(made, FileMode.Open, FileAccess.ReadWrite))
            stream.Flush(flushToDisk: true);
        var target = PathOf(key);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        lock (gate)
        {
            if (!MakeRoom(new FileInfo(made).Length))
                return false;
            File.SetLastAccessTimeUtc(made, time.GetUtcNow().UtcDateTime);
            // Another replica may have made the same.
            File.Move(made, target, overwrite: true);
        }

        return true;
    }

    /// <summary>Removes what was not handed out for long, and what a crash left behind.</summary>
    public void Clean()
    {
        var now = time.GetUtcNow().UtcDateTime;
        foreach (var file in Copies().Where(file => now - file.LastAccessTimeUtc > options.Value.MaxIdle && IsUnused(file, now)))
            file.Delete();
        if (!Directory.Exists(Making))
            return;
        foreach (var file in new DirectoryInfo(Making).EnumerateFiles().Where(file => now - file.LastWriteTimeUtc > LongestWriting))
            file.Delete();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (Folder is null)
            return;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                Clean();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                logger.PlainCopiesNotCleaned(exception, Folder);
            }

            await Task.Delay(BetweenLooks, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool MakeRoom(long bytes)
    {
        var copies = Copies().OrderBy(file => file.LastAccessTimeUtc).ToList();
        var held = copies.Sum(LengthOf);
        var now = time.GetUtcNow().UtcDateTime;
        foreach (var file in copies.TakeWhile(file => IsUnused(file, now)))
        {
            if (held + bytes <= options.Value.MaxBytes)
                break;
            held -= LengthOf(file);
            file.Delete();
        }

        return held + bytes <= options.Value.MaxBytes;
    }

    // No address of it can be good any more.
    private bool IsUnused(FileInfo file, DateTime now) => now - file.LastAccessTimeUtc > urls.Value.UrlLifetime + TimeSpan.FromMinutes(5);

    private IEnumerable<FileInfo> Copies()
    {
        var folder = new DirectoryInfo(Folder!);
        return folder.EnumerateDirectories("??").SelectMany(part => part.EnumerateFiles("*.parquet"));
    }

    // Another replica may remove it meanwhile.
    private static long LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }
}
