using Tideway.DeltaSharing.Server.Serving;

namespace Tideway.DeltaSharing.Server.PlainCopies;

/// <summary>A folder on local disk with copies. When a copy was handed out last is its time of access.</summary>
internal sealed class PlainCopyFolder(string folder, PlainCopyOptions options, FileUrlOptions urls, TimeProvider time) : ICopyPlace
{
    private static readonly TimeSpan LongestWriting = TimeSpan.FromDays(1);

    private readonly Lock gate = new();

    private string Making => Path.Combine(folder, ".making");

    public ValueTask<long?> UseAsync(string key, CancellationToken cancellationToken) => ValueTask.FromResult(Use(key));

    public string Begin()
    {
        Directory.CreateDirectory(Making);
        return Path.Combine(Making, $"{Guid.CreateVersion7():N}.parquet");
    }

    public Task<bool> FinishAsync(string made, string key, CancellationToken cancellationToken)
    {
        using (var stream = new FileStream(made, FileMode.Open, FileAccess.ReadWrite))
            stream.Flush(flushToDisk: true);
        var target = Path.Combine(folder, key);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        lock (gate)
        {
            if (!MakeRoom(new FileInfo(made).Length))
                return Task.FromResult(false);
            File.SetLastAccessTimeUtc(made, time.GetUtcNow().UtcDateTime);
            try
            {
                File.Move(made, target, overwrite: false);
            }
            catch (IOException) when (File.Exists(target))
            {
                // Another replica made the same, perhaps with the rows in another order, and may have handed it out already.
            }
        }

        return Task.FromResult(true);
    }

    public Task CleanAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        foreach (var file in Copies().Where(file => now - file.LastAccessTimeUtc > options.MaxIdle && IsUnused(file, now)))
            file.Delete();
        if (Directory.Exists(Making))
        {
            foreach (var file in new DirectoryInfo(Making).EnumerateFiles().Where(file => now - file.LastWriteTimeUtc > LongestWriting))
                file.Delete();
        }

        return Task.CompletedTask;
    }

    private long? Use(string key)
    {
        var file = new FileInfo(Path.Combine(folder, key));
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

    private bool MakeRoom(long bytes)
    {
        var copies = Copies().OrderBy(file => file.LastAccessTimeUtc).ToList();
        var held = copies.Sum(LengthOf);
        var now = time.GetUtcNow().UtcDateTime;
        foreach (var file in copies.TakeWhile(file => IsUnused(file, now)))
        {
            if (held + bytes <= options.MaxBytes)
                break;
            held -= LengthOf(file);
            file.Delete();
        }

        return held + bytes <= options.MaxBytes;
    }

    // No address of it can be good any more.
    private bool IsUnused(FileInfo file, DateTime now) => now - file.LastAccessTimeUtc > urls.UrlLifetime + TimeSpan.FromMinutes(5);

    // Nothing but copies: whatever else somebody keeps there is not ours to count or to remove.
    private IEnumerable<FileInfo> Copies() =>
        new DirectoryInfo(folder)
            .EnumerateDirectories("??")
            .SelectMany(part => part.EnumerateFiles("*.parquet").Where(file => PlainView.IsKey($"{part.Name}/{file.Name}")));

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
