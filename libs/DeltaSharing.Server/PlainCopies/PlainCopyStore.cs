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
    private readonly ConcurrentDictionary<string, Lazy<Task<bool>>> finishing = new(StringComparer.Ordinal);
    private readonly CopyRoom room = new(options.MaxBytes);
    private readonly SemaphoreSlim looks = new(1);
    private readonly SemaphoreSlim transfers = new(options.AtOnce);
    private readonly MakingFolder making = new();

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

    public string Begin() => making.NewPath();

    // However many have made a copy at a time, it is put once.
    public Task<bool> FinishAsync(string made, string key, CancellationToken cancellationToken) =>
        finishing.GetOrAdd(key, _ => new Lazy<Task<bool>>(() => PutAsync(made, key, cancellationToken))).Value;

    public async Task CleanAsync(CancellationToken cancellationToken)
    {
        making.RemoveAbandoned();
        await store.DeleteUnfinishedAsync(time.GetUtcNow() - TimeSpan.FromDays(1), PlainView.IsKey, cancellationToken);
        var oldest = options.MaxIdle > UnusedAt ? options.MaxIdle : UnusedAt;
        await looks.WaitAsync(cancellationToken);
        try
        {
            var left = 0L;
            room.BeginLook();
            await foreach (var copy in ListAsync(cancellationToken))
            {
                if (AgeOf(copy) <= oldest || !await RemoveAsync(copy.Key, oldest, cancellationToken))
                    left += room.Count(copy);
            }

            room.EndLook(left);
        }
        finally
        {
            looks.Release();
        }

        foreach (var (key, copy) in known)
        {
            if (AgeOf(copy) > RenewedAt)
                known.TryRemove(key, out _);
        }
    }

    public void Dispose()
    {
        looks.Dispose();
        transfers.Dispose();
        making.Dispose();
    }

    private async Task<bool> PutAsync(string made, string key, CancellationToken cancellationToken)
    {
        try
        {
            return await InTurnAsync(() => PutInTurnAsync(made, key, cancellationToken), cancellationToken);
        }
        finally
        {
            finishing.TryRemove(key, out _);
        }
    }

    private async Task<bool> PutInTurnAsync(string made, string key, CancellationToken cancellationToken)
    {
        // Another replica may have made the same, perhaps with the rows in another order, and may have handed it out already.
        if (await store.FindAsync(key, cancellationToken) is not null)
            return true;
        var bytes = new FileInfo(made).Length;
        if (!room.TryTake(key, bytes) && !await MakeRoomAsync(key, bytes, cancellationToken))
            return false;
        var isThere = false;
        try
        {
            await using var content = File.OpenRead(made);
            await store.PutAsync(key, content, cancellationToken);
            isThere = true;
        }
        finally
        {
            room.End(key, isThere);
        }

        known[key] = new ObjectInfo(key, bytes, time.GetUtcNow());
        return true;
    }

    // What is being put meanwhile goes on, and has its room.
    private async Task<bool> MakeRoomAsync(string key, long bytes, CancellationToken cancellationToken)
    {
        await looks.WaitAsync(cancellationToken);
        try
        {
            if (room.TryTake(key, bytes))
                return true;
            var (copies, left) = (new List<ObjectInfo>(), 0L);
            room.BeginLook();
            await foreach (var copy in ListAsync(cancellationToken))
            {
                copies.Add(copy);
                left += room.Count(copy);
            }

            room.EndLook(left);
            foreach (var copy in copies.Where(copy => AgeOf(copy) > UnusedAt).OrderBy(copy => copy.LastModified))
            {
                if (!room.IsTooSmallFor(bytes))
                    break;
                if (await RemoveAsync(copy.Key, UnusedAt, cancellationToken))
                    room.Remove(copy);
            }

            return room.TryTake(key, bytes);
        }
        finally
        {
            looks.Release();
        }
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
        renewals.GetOrAdd(key, _ => new Lazy<Task<ObjectInfo?>>(() => Task.Run(() => RenewAsync(key)))).Value;

    private async Task<ObjectInfo?> RenewAsync(string key)
    {
        try
        {
            return await InTurnAsync(() => RenewInTurnAsync(key), CancellationToken.None);
        }
        catch (ObjectStorageException exception) when (exception.Error == ObjectStorageError.NotFound)
        {
            return null;
        }
        finally
        {
            renewals.TryRemove(key, out _);
        }
    }

    private async Task<ObjectInfo> RenewInTurnAsync(string key)
    {
        var local = Begin();
        try
        {
            await using (var copy = File.Create(local))
            await using (var content = await store.OpenReadAsync(key))
                await content.CopyToAsync(copy);
            await using var again = File.OpenRead(local);
            await store.PutAsync(key, again);
            return new ObjectInfo(key, again.Length, time.GetUtcNow());
        }
        finally
        {
            File.Delete(local);
        }
    }

    // No more on their way than are written at a time.
    private async Task<T> InTurnAsync<T>(Func<Task<T>> transfer, CancellationToken cancellationToken)
    {
        await transfers.WaitAsync(cancellationToken);
        try
        {
            return await transfer();
        }
        finally
        {
            transfers.Release();
        }
    }

    private TimeSpan AgeOf(ObjectInfo copy) => time.GetUtcNow() - copy.LastModified;
}
