using Tideway.Testing.Stores;

namespace Tideway.ObjectStorage.Tests.Azure;

/// <summary>Lists of an account with a hierarchical namespace, which gives what is in a folder where the folder comes.</summary>
public sealed class AzureFoldersTests : IAsyncLifetime
{
    private static readonly string[] Keys =
    [
        "orders-old.csv",
        "orders.csv",
        "orders/8.csv",
        "orders/9.csv",
        "orders/a-b.csv",
        "orders/a/1.csv",
        "orders0.csv",
        "z",
    ];

    private FakeAzure azure = null!;
    private StorageRoots roots = null!;
    private IObjectStore store = null!;

    public async ValueTask InitializeAsync()
    {
        azure = await FakeAzure.StartAsync();
        roots = azure.OpenLake();
        store = roots.Open(roots.Locate("lake", "t"));
        foreach (var key in Keys)
            await store.PutAsync(key, new MemoryStream([1]));
    }

    public async ValueTask DisposeAsync()
    {
        roots.Dispose();
        await azure.DisposeAsync();
    }

    [Fact]
    public async Task A_folder_is_no_object()
    {
        (await store.FindAsync("orders")).ShouldBeNull();
        (await store.FindAsync("orders/8.csv")).ShouldNotBeNull().Size.ShouldBe(1);
        (await Should.ThrowAsync<ObjectStorageException>(async () => await (await store.OpenReadAsync("orders")).DisposeAsync())).Error.ShouldBe(
            ObjectStorageError.NotFound
        );
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task Pages_put_together_lose_no_name(int limit)
    {
        var found = new List<string>();
        ListPosition? from = null;
        do
        {
            var page = await store.ListPageAsync("", from, limit);
            found.AddRange(page.Objects.Select(item => item.Key));
            from = page.Next;
        } while (from is not null);

        found.ShouldBe(Keys, ignoreOrder: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_walk_through_an_account_without_folders_asks_once_for_each_page_whatever_the_order_of_names(int limit)
    {
        azure.IsHierarchical = false;
        foreach (var number in Enumerable.Range(0, 20))
            await store.PutAsync($"orders/{number:D2}", new MemoryStream([1]));
        azure.Lists.Clear();
        var (found, pages) = (0, 0);
        for (ListPosition? from = null; pages == 0 || from is not null; pages++)
        {
            var page = await store.ListPageAsync("", from, limit);
            found += page.Objects.Count;
            from = page.Next;
        }

        found.ShouldBe(Keys.Length + 20);
        azure.Lists.Count.ShouldBe(pages);
    }

    [Fact]
    public async Task Within_a_page_the_place_counts_and_not_the_order_of_names()
    {
        var all = await store.ListPageAsync("", null, 100);
        var mark = await MarkAfterFirstAsync();
        foreach (var (index, told) in all.Objects.Index().Skip(1))
        {
            var page = await store.ListPageAsync("", new ListPosition(told.Key, mark), 100);

            page.Objects.Select(found => found.Key).ShouldBe(all.Objects.Skip(index + 1).Select(found => found.Key));
        }
    }

    [Fact]
    public async Task A_smaller_page_goes_on_where_a_larger_one_ended()
    {
        var all = await store.ListPageAsync("", null, 100);
        var mark = await MarkAfterFirstAsync();
        foreach (var (index, told) in all.Objects.Index().Skip(1))
        {
            var page = await store.ListPageAsync("", new ListPosition(told.Key, mark), 1);

            page.Objects.Select(found => found.Key).ShouldBe(all.Objects.Skip(index + 1).Take(1).Select(found => found.Key));
        }
    }

    [Fact]
    public async Task Where_the_name_is_gone_that_was_told_last_no_other_is_lost()
    {
        var all = await store.ListPageAsync("", null, 100);
        var mark = await MarkAfterFirstAsync();
        foreach (var (index, told) in all.Objects.Index().Skip(1))
        {
            await store.DeleteAsync(told.Key);

            var page = await store.ListPageAsync("", new ListPosition(told.Key, mark), 100);

            var following = all.Objects.Skip(index + 1).Select(found => found.Key).ToList();
            page.Objects.Select(found => found.Key).Intersect(following).ShouldBe(following);
            await store.PutAsync(told.Key, new MemoryStream([1]));
        }
    }

    [Fact]
    public async Task A_list_that_began_in_the_middle_goes_on_by_the_mark_alone()
    {
        foreach (var number in Enumerable.Range(0, 130))
            await store.PutAsync($"log/{number:D5}.json", new MemoryStream([1]));
        var after = $"log/{119:D5}";
        await store.ListAsync("log/", after).FirstAsync();
        azure.PageSize = 4;
        azure.Lists.Clear();

        var listed = await store.ListAsync("log/", after).Select(found => found.Key).ToListAsync();

        listed.ShouldBe([.. Enumerable.Range(119, 11).Select(number => $"log/{number:D5}.json")]);
        var lists = azure.Lists.ToList();
        lists.Count.ShouldBe(3);
        lists[0].ShouldContain("startFrom=");
        lists.Skip(1).ShouldAllBe(query => query.Contains("marker=", StringComparison.Ordinal) && !query.Contains("startFrom", StringComparison.Ordinal));
    }

    // A mark of the store's as it is stands for a page within which the list goes on.
    private async Task<string> MarkAfterFirstAsync() => (await store.ListPageAsync("", null, 1)).Next!.Mark!.TrimStart('~');
}
