using FsCheck;
using FsCheck.Fluent;
using Tideway.ObjectStorage.Local;

namespace Tideway.ObjectStorage.Tests.Local;

public sealed class LocalListingTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_root_that_does_not_exist_has_no_objects() => (await KeysAsync(new LocalObjectStore(folder["nowhere"]), "", null)).ShouldBeEmpty();

    [Fact]
    public async Task Files_and_folders_are_ordered_by_whole_keys_not_by_names()
    {
        string[] keys = ["a-b", "a.txt", "a/z", "a/b/c", "a0", "A", "b", "\u00e9"];
        var store = await FillAsync("order", keys);

        (await KeysAsync(store, "", null)).ShouldBe(["A", "a-b", "a.txt", "a/b/c", "a/z", "a0", "b", "\u00e9"]);
    }

    [Fact]
    public async Task The_log_is_listed_from_a_version_on()
    {
        var store = await FillAsync("log", ["_delta_log/01.json", "_delta_log/02.json", "_delta_log/03.json", "part.parquet", "z/x"]);

        (await KeysAsync(store, "_delta_log/", "_delta_log/01.json")).ShouldBe(["_delta_log/02.json", "_delta_log/03.json"]);
        (await KeysAsync(store, "_delta_log/", "_delta_log/0199")).ShouldBe(["_delta_log/02.json", "_delta_log/03.json"]);
        (await KeysAsync(store, "_delta_log/", "zzz")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_prefix_that_leads_through_a_link_a_file_or_nothing_has_no_objects()
    {
        var store = await FillAsync("ways", ["a/b/c", "file", "z"]);
        Directory.CreateSymbolicLink(folder["ways/link"], folder["ways/a"]);
        Directory.CreateSymbolicLink(folder["ways/a/inner"], folder["ways/a/b"]);

        foreach (var prefix in (string[])["link/", "link/b/", "a/inner/", "file/", "file/x/", "nothing/", "nothing/x/", "a/nothing/x"])
            (await KeysAsync(store, prefix, null)).ShouldBeEmpty(prefix);
        (await KeysAsync(store, "a/b/", null)).ShouldBe(["a/b/c"]);
        (await KeysAsync(store, "a/b", null)).ShouldBe(["a/b/c"]);
        (await KeysAsync(store, "a/", "a/b/a")).ShouldBe(["a/b/c"]);
    }

    [Fact]
    public void Prefix_and_start_give_what_filtering_all_keys_gives()
    {
        var parts = Gen.Elements("a", "b", "a.b", "a-", "ab", "_", "B");
        var key = parts.NonEmptyListOf().Where(list => list.Count <= 3).Select(list => string.Join('/', list));
        var cut = from k in key from length in Gen.Choose(0, 5) select k[..Math.Min(length, k.Length)];
        var scenario = from keys in key.NonEmptyListOf() from prefix in cut from start in cut select (Keys: WithoutClashes(keys), Prefix: prefix, Start: start);
        var run = 0;

        Prop.ForAll(
                scenario.ToArbitrary(),
                s =>
                {
                    var store = FillAsync($"run{run++}", s.Keys).GetAwaiter().GetResult();
                    var listed = KeysAsync(store, s.Prefix, s.Start).GetAwaiter().GetResult();
                    var expected = s.Keys.Where(k => k.StartsWith(s.Prefix, StringComparison.Ordinal) && string.CompareOrdinal(k, s.Start) > 0);
                    listed.ShouldBe(expected.Order(StringComparer.Ordinal));
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Fact]
    public async Task Listing_can_be_left_and_cancelled_on_the_way()
    {
        var store = await FillAsync("cancel", [.. Enumerable.Range(0, 50).Select(i => $"d{i:00}/f")]);
        using var cancellation = new CancellationTokenSource();
        var seen = 0;

        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in store.ListAsync("", null, cancellation.Token))
            {
                if (++seen == 3)
                    await cancellation.CancelAsync();
            }
        });

        seen.ShouldBe(3);
    }

    // A name cannot be a file and a folder at once.
    private static string[] WithoutClashes(IEnumerable<string> keys)
    {
        var distinct = keys.Distinct().ToArray();
        return [.. distinct.Where(key => !distinct.Any(other => other.StartsWith(key + "/", StringComparison.Ordinal)))];
    }

    private async Task<LocalObjectStore> FillAsync(string name, string[] keys)
    {
        var store = new LocalObjectStore(folder[name]);
        foreach (var key in keys)
            (await store.PutIfAbsentAsync(key, "x"u8.ToArray())).ShouldBeTrue();
        return store;
    }

    private static async Task<List<string>> KeysAsync(LocalObjectStore store, string prefix, string? startAfter) =>
        await store.ListAsync(prefix, startAfter).Select(info => info.Key).ToListAsync();
}
