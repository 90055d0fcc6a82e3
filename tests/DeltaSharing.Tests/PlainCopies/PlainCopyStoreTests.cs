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
    public async Task A_copy_that_two_have_made_is_put_once()
    {
        var store = new HeldStore(time, isHeld: true);
        var place = Open(store);

        Task<bool>[] finishing = [FinishAsync(place, 1), FinishAsync(place, 1)];
        await Eventually.Async(() => store.Puts == 1);
        store.Release();

        (await Task.WhenAll(finishing)).ShouldBe([true, true]);
        store.Puts.ShouldBe(1);
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

    private PlainCopyStore Open(HeldStore store)
    {
        var place = new PlainCopyStore(store, options, new FileUrlOptions(), time);
        places.Add(place);
        return place;
    }

    private static async Task<bool> FinishAsync(PlainCopyStore place, int number, int bytes = 10)
    {
        var made = place.Begin();
        await File.WriteAllBytesAsync(made, new byte[bytes]);
        try
        {
            return await place.FinishAsync(made, $"{number:x2}/{number:x2}{new string('0', 62)}.parquet", TestContext.Current.CancellationToken);
        }
        finally
        {
            File.Delete(made);
        }
    }
}
