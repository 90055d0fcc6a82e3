using Tideway.ObjectStorage.Local;

namespace Tideway.ObjectStorage.Tests.Local;

/// <summary>Folders of more names than are taken at a time.</summary>
public sealed class LargeFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("", null)]
    [InlineData("", "b/")]
    [InlineData("", "m/5")]
    [InlineData("m/", "m/17")]
    [InlineData("m", null)]
    [InlineData("x", "x/1")]
    public async Task A_folder_that_is_read_in_parts_is_listed_as_in_one(string prefix, string? startAfter)
    {
        var keys = Enumerable.Range(0, 40).SelectMany(i => (string[])[$"f{i}", $"m/{i}", $"x/{i}/y", $"x/{i}.z"]).Append("b").ToList();
        foreach (var key in keys)
            Write(key);

        var listed = await new LocalListing(folder.Path, prefix, startAfter, firstPart: 1, nextPart: 7)
            .WalkAsync(TestContext.Current.CancellationToken)
            .Select(info => info.Key)
            .ToListAsync(TestContext.Current.CancellationToken);

        listed.ShouldBe(
            keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(key, startAfter) > 0).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task A_walk_by_pages_finds_every_file_once()
    {
        var keys = Enumerable.Range(0, 30).Select(i => $"f{i}").Concat(Enumerable.Range(0, 30).Select(i => $"d/{i}")).Append("f3-").ToList();
        foreach (var key in keys)
            Write(key);
        IObjectStore store = new LocalObjectStore(folder.Path);

        foreach (var limit in (int[])[1, 4, 61, 1000])
        {
            var found = new List<string>();
            ListPosition? from = null;
            do
            {
                var page = await store.ListPageAsync("", from, limit, TestContext.Current.CancellationToken);
                page.Objects.Count.ShouldBeLessThanOrEqualTo(limit);
                found.AddRange(page.Objects.Select(file => file.Key));
                from = page.Next;
            } while (from is not null);
            found.ShouldBe(keys.Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_many_keys_the_smallest_are_kept_and_memory_is_for_twice_as_many(bool descending)
    {
        var smallest = new SmallestKeys(10);
        var taken = 0;
        foreach (var i in Enumerable.Range(0, 10_000).Select(i => descending ? 10_000 - i : i))
        {
            var key = i.ToString("D5");
            if (!smallest.Takes(key))
                continue;
            taken++;
            smallest.Add(key);
        }

        smallest.Sorted().ShouldBe(Enumerable.Range(descending ? 1 : 0, 10).Select(i => i.ToString("D5")));
        smallest.HasMore.ShouldBeTrue();
        taken.ShouldBe(descending ? 10_000 : 20);
        smallest.Capacity.ShouldBe(20);
    }

    [Fact]
    public void A_few_keys_are_all_there_is()
    {
        var smallest = new SmallestKeys(10);
        foreach (var key in (string[])["b", "a/", "a-"])
        {
            smallest.Takes(key).ShouldBeTrue();
            smallest.Add(key);
        }

        smallest.Sorted().ShouldBe(["a-", "a/", "b"]);
        smallest.HasMore.ShouldBeFalse();
    }

    private void Write(string key)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder[key])!);
        File.WriteAllText(folder[key], "x");
    }
}
