using System.Collections.Concurrent;
using System.Runtime.Versioning;
using Tideway.DeltaSharing.Server.PlainCopies;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.ObjectStorage;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.PlainCopies;

/// <summary>What becomes of the copies that are put into an object store at a time.</summary>
public sealed class PlainCopyStoreTests : IAsyncDisposable
{
    private readonly ManualTimeProvider time = new();
    private readonly PlainCopyOptions options = new() { AtOnce = 2, MaxBytes = 1000 };
    private readonly List<PlainCopyStore> places = [];
    private readonly ConcurrentQueue<(string Key, Exception Reason)> notRenewed = new();

    public ValueTask DisposeAsync()
    {
        foreach (var place in places)
            place.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Copies_are_put_side_by_side_but_no_more_than_are_written_at_a_time()
    {
        var store = new HeldStore(time, isHeld: true);
        var place = Open(store);

        Task<bool>[] finishing = [FinishAsync(place, 1), FinishAsync(place, 2), FinishAsync(place, 3)];
        await Eventually.Async(() => store.Puts == 2);

        finishing.ShouldAllBe(copy => !copy.IsCompleted);
        store.Release();
        (await Task.WhenAll(finishing)).ShouldBe([true, true, true]);
        store.Puts.ShouldBe(3);
    }

    [Fact]
    public async Task What_is_being_put_has_its_room_already()
    {
        var store = new HeldStore(time, isHeld: true);
        var place = Open(store);

        var first = FinishAsync(place, 1, bytes: 600);
        await Eventually.Async(() => store.Puts == 1);

        (await FinishAsync(place, 2, bytes: 600)).ShouldBeFalse();
        store.Release();
        (await first).ShouldBeTrue();
        (await FinishAsync(place, 3, bytes: 600)).ShouldBeFalse();
        (await FinishAsync(place, 4, bytes: 400)).ShouldBeTrue();
    }

    [Fact]
    public async Task What_could_not_be_put_takes_no_room()
    {
        var store = new HeldStore(time) { Fault = new ObjectStorageException(ObjectStorageError.Unavailable, "The store is down.") };
        var place = Open(store);
        await Should.ThrowAsync<ObjectStorageException>(() => FinishAsync(place, 1, bytes: 600));

        store.Fault = null;

        (await FinishAsync(place, 2, bytes: 600)).ShouldBeTrue();
    }

    [Fact]
    public async Task What_others_have_put_counts_once_the_place_was_looked_at()
    {
        var store = new HeldStore(time);
        var (one, other) = (Open(store), Open(store));
        (await FinishAsync(one, 1, bytes: 100)).ShouldBeTrue();
        (await FinishAsync(other, 2, bytes: 800)).ShouldBeTrue();

        await one.CleanAsync(TestContext.Current.CancellationToken);

        (await FinishAsync(one, 3, bytes: 200)).ShouldBeFalse();
        (await FinishAsync(one, 4, bytes: 100)).ShouldBeTrue();
    }

    [Fact]
    public async Task What_a_killed_process_was_making_is_removed_and_what_a_live_one_makes_stays()
    {
        var dead = Directory.CreateTempSubdirectory("tideway-plain-copies-").FullName;
        await File.WriteAllBytesAsync(Path.Combine(dead, ".owner"), [], TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(dead, "half.parquet"), [1, 2, 3], TestContext.Current.CancellationToken);
        // Nobody says whose that is.
        var unknown = Directory.CreateTempSubdirectory("tideway-plain-copies-").FullName;
        var place = Open(new HeldStore(time));
        var made = place.Begin();
        await File.WriteAllBytesAsync(made, [1], TestContext.Current.CancellationToken);

        await Open(new HeldStore(time)).CleanAsync(TestContext.Current.CancellationToken);

        Directory.Exists(dead).ShouldBeFalse();
        Directory.Exists(unknown).ShouldBeTrue();
        File.Exists(made).ShouldBeTrue();
        Directory.Delete(unknown);
        place.Dispose();
        Directory.Exists(Path.GetDirectoryName(made)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_two_replicas_that_make_a_copy_at_a_time_both_tell_the_length_of_the_one_that_stays(bool honoursConditions)
    {
        var store = new HeldStore(time, isHeld: true) { HonoursConditions = honoursConditions };
        var (one, other) = (Open(store), Open(store));

        Task<bool>[] finishing = [FinishAsync(one, 1, bytes: 10), FinishAsync(other, 1, bytes: 20)];
        await Eventually.Async(() => store.Puts == 2);
        store.Release();

        (await Task.WhenAll(finishing)).ShouldBe([true, true]);
        var there = (await store.FindAsync(KeyOf(1), TestContext.Current.CancellationToken))!.Size;
        (await UseAsync(one, 1)).ShouldBe(there);
        (await UseAsync(other, 1)).ShouldBe(there);
    }

    [Fact]
    public async Task A_length_is_known_for_a_short_time_only()
    {
        var store = new HeldStore(time);
        var place = Open(store);
        (await FinishAsync(place, 1, bytes: 10)).ShouldBeTrue();
        (await UseAsync(place, 1)).ShouldBe(10);
        await store.PutAsync(KeyOf(1), new MemoryStream(new byte[20]), TestContext.Current.CancellationToken);

        (await UseAsync(place, 1)).ShouldBe(10);
        time.Advance(TimeSpan.FromMinutes(11));

        (await UseAsync(place, 1)).ShouldBe(20);
    }

    [Fact]
    public async Task Copies_are_put_while_old_ones_are_being_removed()
    {
        var store = new HeldStore(time);
        (await FinishAsync(Open(store), 1, bytes: 600)).ShouldBeTrue();
        time.Advance(TimeSpan.FromDays(30));
        var place = Open(store);
        store.HoldDeletions();
        var cleaning = place.CleanAsync(TestContext.Current.CancellationToken);
        await Eventually.Async(() => store.Deletions == 1);

        var finishing = FinishAsync(place, 2, bytes: 100);
        await Eventually.Async(() => finishing.IsCompleted);

        (await finishing).ShouldBeTrue();
        store.ReleaseDeletions();
        await cleaning;
        // What was removed has given its room back, once.
        (await FinishAsync(place, 3, bytes: 900)).ShouldBeTrue();
        (await FinishAsync(place, 4, bytes: 1)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_copy_that_cannot_be_renewed_after_all_have_gone_is_told_of()
    {
        var store = new HeldStore(time, isHeld: true);
        await store.PutIfAbsentAsync(KeyOf(1), new byte[10], TestContext.Current.CancellationToken);
        time.Advance(options.MaxIdle * 0.6);
        var place = Open(store);
        using var leaving = new CancellationTokenSource();
        var use = place.UseAsync(KeyOf(1), leaving.Token).AsTask();
        await Eventually.Async(() => store.Reads == 1);

        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => use);
        store.Fault = new ObjectStorageException(ObjectStorageError.Unavailable, "The store is down.");
        store.Release();

        await Eventually.Async(() => notRenewed.Count == 1);
        notRenewed.Single().ShouldBe((KeyOf(1), store.Fault));
    }

    [Fact]
    public async Task A_folder_of_what_is_made_that_somebody_removed_is_made_again()
    {
        var place = Open(new HeldStore(time));
        Directory.Delete(Path.GetDirectoryName(place.Begin())!, recursive: true);

        (await FinishAsync(place, 1)).ShouldBeTrue();
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Links_and_folders_that_others_can_open_are_not_taken_for_what_a_killed_process_left()
    {
        var target = Directory.CreateTempSubdirectory("tideway-lake-").FullName;
        var open = Directory.CreateTempSubdirectory("tideway-plain-copies-").FullName;
        var link = Path.Combine(Path.GetTempPath(), $"tideway-plain-copies-{Guid.CreateVersion7():N}");
        Directory.CreateSymbolicLink(link, target);
        File.SetUnixFileMode(open, File.GetUnixFileMode(open) | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
        try
        {
            foreach (var folder in (string[])[target, open])
            {
                await File.WriteAllBytesAsync(Path.Combine(folder, ".owner"), [], TestContext.Current.CancellationToken);
                await File.WriteAllBytesAsync(Path.Combine(folder, "orders.parquet"), [1], TestContext.Current.CancellationToken);
            }

            await Open(new HeldStore(time)).CleanAsync(TestContext.Current.CancellationToken);

            File.Exists(Path.Combine(target, "orders.parquet")).ShouldBeTrue();
            File.Exists(Path.Combine(open, "orders.parquet")).ShouldBeTrue();
        }
        finally
        {
            Directory.Delete(link);
            Directory.Delete(target, recursive: true);
            Directory.Delete(open, recursive: true);
        }
    }

    private PlainCopyStore Open(HeldStore store)
    {
        var place = new PlainCopyStore(store, options, new FileUrlOptions(), time, (key, exception) => notRenewed.Enqueue((key, exception)));
        places.Add(place);
        return place;
    }

    private static string KeyOf(int number) => $"{number:x2}/{number:x2}{new string('0', 62)}.parquet";

    private static async Task<long?> UseAsync(PlainCopyStore place, int number) => await place.UseAsync(KeyOf(number), TestContext.Current.CancellationToken);

    private static async Task<bool> FinishAsync(PlainCopyStore place, int number, int bytes = 10)
    {
        var made = place.Begin();
        await File.WriteAllBytesAsync(made, new byte[bytes]);
        try
        {
            return await place.FinishAsync(made, KeyOf(number), TestContext.Current.CancellationToken);
        }
        finally
        {
            File.Delete(made);
        }
    }
}
