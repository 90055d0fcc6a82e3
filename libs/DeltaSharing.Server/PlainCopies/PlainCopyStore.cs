using System.Collections.Concurrent;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.ObjectStorage;

namespace Tideway.DeltaSharing.Server.PlainCopies;

/// <summary>
/// A place in an object store with copies. A store does not note when an object was read, so the age of an object stands for it: a copy that is handed out
/// past half of its time is written anew, byte by byte the same.
/// </summary>
/// <param name="store">The place.</param>
/// <param name="options">How copies are kept.</param>
/// <param name="urls">How long addresses of them are good.</param>
/// <param name="time">The clock.</param>
/// <param name="notRenewed">Gets the key of a copy that could not be written anew, and why, where nobody is left who asked for it.</param>
internal sealed class PlainCopyStore(IObjectStore store, PlainCopyOptions options, FileUrlOptions urls, TimeProvider time, Action<string, Exception> notRenewed)
    : ICopyPlace,
        IDisposable
{
    // Another replica may have removed and made it again since, with another length.
    private static readonly TimeSpan LongestTrust = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, SeenCopy> known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<Renewal>> renewals = new(StringComparer.Ordinal);
    private readonly CopyRoom room = new(options.MaxBytes);
    private readonly SemaphoreSlim looks = new(1);
    private readonly SemaphoreSlim transfers = new(options.AtOnce);
    private readonly MakingFolder making = new();
    private long refusedFrom = long.MaxValue;

    private TimeSpan RenewedAt => options.MaxIdle / 2;

    // From then on no address of a copy can be good that was not written anew.
    private TimeSpan UnusedAt => RenewedAt + urls.UrlLifetime + TimeSpan.FromMinutes(5);

    public async ValueTask<long?> UseAsync(string key, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(key, out var seen) && AgeOf(seen.Copy) <= RenewedAt && time.GetUtcNow() - seen.At <= LongestTrust)
            return seen.Copy.Size;
        // Another replica may have renewed or removed it.
        var copy = await store.FindAsync(key, cancellationToken);
        if (copy is not null && AgeOf(copy) > RenewedAt)
            copy = await RenewOnceAsync(key, cancellationToken);
        if (copy is null)
        {
            known.TryRemove(key, out _);
            return null;
        }

        Remember(copy);
        return copy.Size;
    }

    public string Begin() => making.NewPath();

    public Task<bool> FinishAsync(string made, string key, CancellationToken cancellationToken) =>
        InTurnAsync(() => PutInTurnAsync(made, key, cancellationToken), cancellationToken);

    public async Task CleanAsync(CancellationToken cancellationToken)
    {
        making.RemoveAbandoned();
        await store.DeleteUnfinishedAsync(time.GetUtcNow() - TimeSpan.FromDays(1), PlainView.IsKey, cancellationToken);
        var oldest = options.MaxIdle > UnusedAt ? options.MaxIdle : UnusedAt;
        int look;
        List<ObjectInfo> idle;
        await looks.WaitAsync(cancellationToken);
        try
        {
            (look, idle) = await LookAsync(oldest, cancellationToken);
        }
        finally
        {
            looks.Release();
        }

        // One after the other may take minutes, which nobody who puts a copy has to wait for.
        foreach (var copy in idle)
        {
            if (await RemoveAsync(copy.Key, oldest, cancellationToken))
                room.Remove(copy, look);
        }

        foreach (var (key, seen) in known)
        {
            if (AgeOf(seen.Copy) > RenewedAt || time.GetUtcNow() - seen.At > LongestTrust)
                known.TryRemove(key, out _);
        }
    }

    public void Dispose()
    {
        looks.Dispose();
        transfers.Dispose();
        making.Dispose();
    }

    private async Task<bool> PutInTurnAsync(string made, string key, CancellationToken cancellationToken)
    {
        // Another replica may have made the same, perhaps with the rows in another order, and may have handed it out already: the first one stays.
        if (await store.FindAsync(key, cancellationToken) is not null)
            return true;
        var bytes = new FileInfo(made).Length;
        if (!room.TryTake(key, bytes) && !await MakeRoomAsync(key, bytes, cancellationToken))
            return false;
        var isOurs = false;
        try
        {
            isOurs = await PutFirstAsync(made, bytes, key, cancellationToken);
        }
        finally
        {
            room.End(key, isOurs);
        }

        // What is there may be another's all the same, in a store that heeds no condition: the next use looks.
        known.TryRemove(key, out _);
        return true;
    }

    // False where another was faster.
    private async Task<bool> PutFirstAsync(string made, long bytes, string key, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(made);
        if (bytes < Volatile.Read(ref refusedFrom))
        {
            try
            {
                return await store.PutIfAbsentAsync(key, content, cancellationToken);
            }
            catch (ObjectStorageException exception) when (exception.Error == ObjectStorageError.Unsupported)
            {
                // Such a store, or one that takes no condition of so large a content, keeps the last one: two replicas at a time may differ about a length for as
                // long as what was seen is trusted.
                Volatile.Write(ref refusedFrom, bytes);
                content.Position = 0;
            }
        }

        await store.PutAsync(key, content, cancellationToken);
        return true;
    }

    // What is there that is older, and what all takes.
    private async Task<(int Look, List<ObjectInfo> Older)> LookAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        var (older, held) = (new List<ObjectInfo>(), 0L);
        room.BeginLook();
        await foreach (var copy in ListAsync(cancellationToken))
        {
            if (!room.IsToBeCounted(copy))
                continue;
            held += copy.Size;
            if (AgeOf(copy) > age)
                older.Add(copy);
        }

        return (room.EndLook(held), older);
    }

    // What is being put meanwhile goes on, and has its room.
    private async Task<bool> MakeRoomAsync(string key, long bytes, CancellationToken cancellationToken)
    {
        await looks.WaitAsync(cancellationToken);
        try
        {
            if (room.TryTake(key, bytes))
                return true;
            var (look, unused) = await LookAsync(UnusedAt, cancellationToken);
            foreach (var copy in unused.OrderBy(copy => copy.LastModified))
            {
                if (!room.IsTooSmallFor(bytes))
                    break;
                if (await RemoveAsync(copy.Key, UnusedAt, cancellationToken))
                    room.Remove(copy, look);
            }

            return room.TryTake(key, bytes);
        }
        finally
        {
            looks.Release();
        }
    }

    // Another replica may have written it anew since it was listed, or removed it; a new one may be on its way then.
    private async Task<bool> RemoveAsync(string key, TimeSpan age, CancellationToken cancellationToken)
    {
        var now = await store.FindAsync(key, cancellationToken);
        if (now is not null && AgeOf(now) <= age)
            return false;
        known.TryRemove(key, out _);
        if (now is not null)
            await store.DeleteAsync(key, cancellationToken);
        return true;
    }

    // Nothing but copies: whatever else somebody keeps there is not ours to count or to remove.
    private IAsyncEnumerable<ObjectInfo> ListAsync(CancellationToken cancellationToken) =>
        store.ListAsync("", cancellationToken: cancellationToken).Where(found => PlainView.IsKey(found.Key));

    // However many hand a copy out at a time, it is written anew once, and who goes away does not end that for the others.
    private async Task<ObjectInfo?> RenewOnceAsync(string key, CancellationToken cancellationToken)
    {
        var renewal = renewals.GetOrAdd(key, _ => new Lazy<Renewal>(Begin)).Value;
        await renewal.Shared.WaitAsync(cancellationToken);
        return await renewal.Work;

        Renewal Begin()
        {
            var work = Task.Run(() => RenewAsync(key));
            return new Renewal(work, new SharedWork(work, exception => notRenewed(key, exception)));
        }
    }

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

    private void Remember(ObjectInfo copy) => known[copy.Key] = new SeenCopy(copy, time.GetUtcNow());

    private TimeSpan AgeOf(ObjectInfo copy) => time.GetUtcNow() - copy.LastModified;

    private readonly record struct SeenCopy(ObjectInfo Copy, DateTimeOffset At);

    private sealed record Renewal(Task<ObjectInfo?> Work, SharedWork Shared);
}
