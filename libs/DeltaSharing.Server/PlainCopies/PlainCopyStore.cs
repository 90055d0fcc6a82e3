using System.Collections.Concurrent;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.ObjectStorage;

namespace Tideway.DeltaSharing.Server.PlainCopies;

/// <summary>
/// A place in an object store with copies. A store does not note when an object was read, so the age of an object stands for it: a copy that is handed out
/// past half of its time is written anew, byte by byte the same.
/// </summary>
internal sealed class PlainCopyStore(IObjectStore store, PlainCopyOptions options, FileUrlOptions urls, TimeProvider time) : ICopyPlace, IDisposable
{
    private readonly ConcurrentDictionary<string, ObjectInfo> known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<Task<ObjectInfo?>>> renewals = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim gate = new(1);
    private readonly Lazy<DirectoryInfo> making = new(() => Directory.CreateTempSubdirectory("tideway-plain-copies-"));
    private long? held;

    private TimeSpan RenewedAt => options.MaxIdle / 2;

    // From then on no address of a copy can be good that was not written anew.
    private TimeSpan UnusedAt => RenewedAt + urls.UrlLifetime + TimeSpan.FromMinutes(5);

    public async ValueTask<long?> UseAsync(string key, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(key, out var copy) && AgeOf(copy) <= RenewedAt)
            return copy.Size;
        // Another replica may have renewed or removed it.
        copy = await store.FindAsync(key, cancellationToken);
        if (copy is not null && AgeOf(copy) > RenewedAt)
            copy = await RenewOnceAsync(key).WaitAsync(cancellationToken);
        if (copy is null)
        {
            known.TryRemove(key, out _);
            return null;
        }

        known[key] = copy;
        return copy.Size;
    }

    public string Begin() => Path.Combine(making.Value.FullName, $"{Guid.CreateVersion7():N}.parquet");

    public async Task<bool> FinishAsync(string made, string key, CancellationToken cancellationToken)
    {
        var bytes = new FileInfo(made).Length;
        await gate.WaitAsync(cancellationToken);
        try
        {
            // Another replica may have made the same, perhaps with the rows in another order, and may have handed it out already.
            if (await store.FindAsync(key, cancellationToken) is not null)
                return true;
            if (!await MakeRoomAsync(bytes, cancellationToken))
                return false;
            var content = File.OpenRead(made);
            await using (content)
                await store.PutAsync(key, content, cancellationToken);
            held += bytes;
        }
        finally
        {
            gate.Release();
        }

        known[key] = new ObjectInfo(key, bytes, time.GetUtcNow());
        return true;
    }

    public async Task CleanAsync(CancellationToken cancellationToken)
    {
        await store.DeleteUnfinishedAsync(time.GetUtcNow() - TimeSpan.FromDays(1), cancellationToken);
        var oldest = options.MaxIdle > UnusedAt ? options.MaxIdle : UnusedAt;
        var left = 0L;
        await foreach (var copy in ListAsync(cancellationToken))
        {
            if (AgeOf(copy) <= oldest || !await RemoveAsync(copy.Key, oldest, cancellationToken))
                left += copy.Size;
        }

        await gate.WaitAsync(cancellationToken);
        held = left;
        gate.Release();
        foreach (var (key, copy) in known)
        {
            if (AgeOf(copy) > RenewedAt)
                known.TryRemove(key, out _);
        }
    }

    public void Dispose()
    {
        gate.Dispose();
        if (making.IsValueCreated && Directory.Exists(making.Value.FullName))
            making.Value.Delete(recursive: true);
    }

    private async Task<bool> MakeRoomAsync(long bytes, CancellationToken cancellationToken)
    {
        if (held + bytes <= options.MaxBytes)
            return true;
        var copies = new List<ObjectInfo>();
        await foreach (var copy in ListAsync(cancellationToken))
            copies.Add(copy);
        held = copies.Sum(copy => copy.Size);
        foreach (var copy in copies.Where(copy => AgeOf(copy) > UnusedAt).OrderBy(copy => copy.LastModified))
        {
            if (held + bytes <= options.MaxBytes)
                break;
            if (await RemoveAsync(copy.Key, UnusedAt, cancellationToken))
                held -= copy.Size;
        }

        return held + bytes <= options.MaxBytes;
    }

    // Another replica may have written it anew since it was listed.
    private async Task<bool> RemoveAsync(string key, TimeSpan age, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(key, cancellationToken) is { } now && AgeOf(now) <= age)
            return false;
        known.TryRemove(key, out _);
        await store.DeleteAsync(key, cancellationToken);
        return true;
    }

    // Nothing but copies: whatever else somebody keeps there is not ours to count or to remove.
    private IAsyncEnumerable<ObjectInfo> ListAsync(CancellationToken cancellationToken) =>
        store.ListAsync("", cancellationToken: cancellationToken).Where(found => PlainView.IsKey(found.Key));

    // However many hand a copy out at a time, it is written anew once, and who goes away does not end that for the others.
    private Task<ObjectInfo?> RenewOnceAsync(string key) =>
        renewals.GetOrAdd(key, _ => new Lazy<Task<ObjectInfo?>>(() => Task.Run(() => RenewAsync(key, CancellationToken.None)))).Value;

    private async Task<ObjectInfo?> RenewAsync(string key, CancellationToken cancellationToken)
    {
        var local = Begin();
        try
        {
            await using (var copy = File.Create(local))
            await using (var content = await store.OpenReadAsync(key, cancellationToken: cancellationToken))
                await content.CopyToAsync(copy, cancellationToken);
            await using var again = File.OpenRead(local);
            await store.PutAsync(key, again, cancellationToken);
            return new ObjectInfo(key, again.Length, time.GetUtcNow());
        }
        catch (ObjectStorageException exception) when (exception.Error == ObjectStorageError.NotFound)
        {
            return null;
        }
        finally
        {
            File.Delete(local);
            renewals.TryRemove(key, out _);
        }
    }

    private TimeSpan AgeOf(ObjectInfo copy) => time.GetUtcNow() - copy.LastModified;
}
