using Tideway.ObjectStorage.Local;

namespace Tideway.ObjectStorage.Tests.Local;

public sealed class SymbolicLinkTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly LocalObjectStore store;

    public SymbolicLinkTests()
    {
        Directory.CreateDirectory(folder["table/data"]);
        Directory.CreateDirectory(folder["secret"]);
        File.WriteAllText(folder["secret/key"], "secret");
        File.WriteAllText(folder["table/data/a"], "mine");
        store = new LocalObjectStore(folder["table"]);
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("leak/key", "leak", "../secret")]
    [InlineData("leak", "leak", "../secret/key")]
    [InlineData("data/up/secret/key", "data/up", "../..")]
    [InlineData("leak/new", "leak", "../secret")]
    [InlineData("dangling", "dangling", "../secret/not-yet")]
    [InlineData("self", "self", "..")]
    public async Task No_access_follows_a_link_out_of_the_root(string key, string link, string target)
    {
        File.CreateSymbolicLink(folder["table/" + link], target);

        await RefusedAsync(() => store.OpenReadAsync(key));
        await RefusedAsync(() => store.FindAsync(key));
        await RefusedAsync(() => store.PutAsync(key, new MemoryStream([1])));
        await RefusedAsync(() => store.PutIfAbsentAsync(key, new byte[] { 1 }));
        await RefusedAsync(() => store.DeleteAsync(key));
        Should.Throw<ObjectStorageException>(() => store.LocalPath(key)).Error.ShouldBe(ObjectStorageError.InvalidKey);
        (await store.ListAsync("").Select(info => info.Key).ToListAsync()).ShouldBe(["data/a"]);
        (await File.ReadAllTextAsync(folder["secret/key"])).ShouldBe("secret");
        Directory.GetFiles(folder["secret"]).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_sibling_whose_name_begins_like_the_root_is_outside()
    {
        Directory.CreateDirectory(folder["table-2"]);
        await File.WriteAllTextAsync(folder["table-2/a"], "theirs");
        File.CreateSymbolicLink(folder["table/link"], "../table-2");

        await RefusedAsync(() => store.OpenReadAsync("link/a"));
    }

    [Fact]
    public async Task A_circle_of_links_is_refused()
    {
        File.CreateSymbolicLink(folder["table/x"], "y");
        File.CreateSymbolicLink(folder["table/y"], "x");

        await RefusedAsync(() => store.OpenReadAsync("x"));
    }

    [Fact]
    public async Task A_link_within_the_root_is_followed()
    {
        File.CreateSymbolicLink(folder["table/b"], "data/a");

        await using var stream = await store.OpenReadAsync("b");
        using var reader = new StreamReader(stream);
        (await reader.ReadToEndAsync()).ShouldBe("mine");
        var listed = await store.ListAsync("").ToListAsync();
        listed.Select(info => (info.Key, info.Size)).ShouldBe([("b", 4L), ("data/a", 4L)]);
    }

    [Fact]
    public async Task The_root_itself_may_be_reached_through_a_link()
    {
        Directory.CreateSymbolicLink(folder["alias"], "table");
        var alias = new LocalObjectStore(folder["alias"]);

        alias.Root.ShouldBe(store.Root);
        (await alias.FindAsync("data/a")).ShouldNotBeNull();
    }

    private static async Task RefusedAsync(Func<Task> access) =>
        (await Should.ThrowAsync<ObjectStorageException>(access)).Error.ShouldBe(ObjectStorageError.InvalidKey);
}
