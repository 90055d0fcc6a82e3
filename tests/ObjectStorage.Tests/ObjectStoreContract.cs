using System.Security.Cryptography;
using System.Text;

namespace Tideway.ObjectStorage.Tests;

/// <summary>What every store does, whatever is behind it.</summary>
public abstract class ObjectStoreContract
{
    private static readonly byte[] Hello = Encoding.UTF8.GetBytes("hello, object");

    /// <summary>An empty store.</summary>
    protected abstract Task<IObjectStore> OpenAsync();

    /// <summary>How long a content may be that the store takes only if there is none.</summary>
    protected virtual long LargestConditional => long.MaxValue;

    [Fact]
    public async Task What_was_put_is_found_listed_and_read()
    {
        var store = await OpenAsync();

        await store.PutAsync("a/b.bin", new MemoryStream(Hello));

        var found = await store.FindAsync("a/b.bin");
        found!.Key.ShouldBe("a/b.bin");
        found.Size.ShouldBe(Hello.Length);
        var listed = await ListAsync(store, "");
        listed.ShouldHaveSingleItem().Key.ShouldBe("a/b.bin");
        listed[0].Size.ShouldBe(Hello.Length);
        (listed[0].LastModified - found.LastModified).Duration().ShouldBeLessThan(TimeSpan.FromSeconds(2));
        (await ReadAsync(store, "a/b.bin")).ShouldBe(Hello);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        var store = await OpenAsync();

        (await store.FindAsync("nothing/here")).ShouldBeNull();
        (await ListAsync(store, "nothing/")).ShouldBeEmpty();
        (await Should.ThrowAsync<ObjectStorageException>(() => store.OpenReadAsync("nothing/here"))).Error.ShouldBe(ObjectStorageError.NotFound);
        (await Should.ThrowAsync<ObjectStorageException>(() => store.OpenReadAsync("nothing/here", new ByteRange(0, 0)))).Error.ShouldBe(
            ObjectStorageError.NotFound
        );
        await store.DeleteAsync("nothing/here");
    }

    [Theory]
    [InlineData("with space/a b.txt")]
    [InlineData("plus+and&=.txt")]
    [InlineData("100%/%41.txt")]
    [InlineData("quote'(x)*!.txt")]
    [InlineData("part=2024-01-01T00%3A00%3A00/x.parquet")]
    [InlineData("umlaut-\u00e4/\u65e5\u672c\u8a9e.txt")]
    [InlineData("emoji-\ud83d\ude80.txt")]
    [InlineData("tilde~@:,;$.txt")]
    [InlineData("hash#and?query.txt")]
    [InlineData("[brackets]{braces}|^`.txt")]
    [InlineData("<xml>&amp;\".txt")]
    public async Task A_key_of_odd_characters_is_one_and_the_same_for_every_call(string key)
    {
        var store = await OpenAsync();

        await store.PutAsync(key, new MemoryStream(Hello));

        (await store.FindAsync(key))!.Size.ShouldBe(Hello.Length);
        (await ReadAsync(store, key)).ShouldBe(Hello);
        (await ListAsync(store, "")).ShouldHaveSingleItem().Key.ShouldBe(key);
        (await ListAsync(store, key[..^4])).ShouldHaveSingleItem().Key.ShouldBe(key);
        (await store.PutIfAbsentAsync(key, Hello)).ShouldBeFalse();
        await store.DeleteAsync(key);
        (await store.FindAsync(key)).ShouldBeNull();
    }

    [Fact]
    public async Task A_list_is_in_order_and_starts_where_it_is_told_to()
    {
        var store = await OpenAsync();
        string[] keys = ["a!", "a.txt", "a/1", "a/2", "a0", "b/x", "c"];
        foreach (var key in keys.Reverse())
            await store.PutAsync(key, new MemoryStream(Hello));

        (await ListAsync(store, "")).Select(found => found.Key).ShouldBe(keys);
        (await ListAsync(store, "a/")).Select(found => found.Key).ShouldBe(["a/1", "a/2"]);
        (await ListAsync(store, "", "a/1")).Select(found => found.Key).ShouldBe(["a/2", "a0", "b/x", "c"]);
        (await ListAsync(store, "a/", "a/1")).Select(found => found.Key).ShouldBe(["a/2"]);
        (await ListAsync(store, "a", "a/15")).Select(found => found.Key).ShouldBe(["a/2", "a0"]);
        (await ListAsync(store, "", "zzz")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task Pages_put_together_are_the_list_whatever_comes_and_goes_between_them(int limit)
    {
        var store = await OpenAsync();
        string[] keys = ["a!", "a.txt", "a/1", "a/2", "a0", "b/x", "c"];
        foreach (var key in keys)
            await store.PutAsync(key, new MemoryStream(Hello));

        var found = new List<string>();
        ListPosition? from = null;
        do
        {
            var page = await store.ListPageAsync("", from, limit);
            page.Objects.Count.ShouldBeLessThanOrEqualTo(limit);
            found.AddRange(page.Objects.Select(item => item.Key));
            from = page.Next;
            // What a position was taken at may be gone when it is used.
            await store.DeleteAsync(found[^1]);
            await store.PutAsync("A", new MemoryStream(Hello));
        } while (from is not null);

        found.ShouldBe(keys);
        var none = await store.ListPageAsync("nothing/", null, limit);
        (none.Objects.Count, none.Next).ShouldBe((0, null));
    }

    [Theory]
    [InlineData(0, 5, "hello")]
    [InlineData(7, 3, "obj")]
    [InlineData(7, 1000, "object")]
    [InlineData(7, long.MaxValue, "object")]
    [InlineData(13, 5, "")]
    [InlineData(5000, 5, "")]
    [InlineData(3, 0, "")]
    public async Task A_range_gives_what_of_it_is_there(long offset, long length, string expected)
    {
        var store = await OpenAsync();
        await store.PutAsync("x", new MemoryStream(Hello));

        await using var part = await store.OpenReadAsync("x", new ByteRange(offset, length));

        using var read = new MemoryStream();
        await part.CopyToAsync(read);
        Encoding.UTF8.GetString(read.ToArray()).ShouldBe(expected);
    }

    [Fact]
    public async Task Putting_replaces_and_an_empty_object_is_one()
    {
        var store = await OpenAsync();
        await store.PutAsync("x", new MemoryStream(Hello));

        await store.PutAsync("x", new MemoryStream([]));

        (await store.FindAsync("x"))!.Size.ShouldBe(0);
        (await ReadAsync(store, "x")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(8 * 1024 * 1024)]
    [InlineData((8 * 1024 * 1024) + 1)]
    [InlineData(21_000_000)]
    public async Task A_large_object_comes_back_whole_whether_its_length_is_known_or_not(int size)
    {
        var store = await OpenAsync();
        var content = RandomNumberGenerator.GetBytes(size);

        await store.PutAsync("known", new MemoryStream(content));
        await store.PutAsync("unknown", new Unseekable(content));

        foreach (var key in (string[])["known", "unknown"])
            SHA256.HashData(await ReadAsync(store, key)).ShouldBe(SHA256.HashData(content));
    }

    [Fact]
    public async Task Put_if_absent_keeps_what_was_there()
    {
        var store = await OpenAsync();

        (await store.PutIfAbsentAsync("log/1.json", Hello)).ShouldBeTrue();
        (await store.PutIfAbsentAsync("log/1.json", Encoding.UTF8.GetBytes("other"))).ShouldBeFalse();

        (await ReadAsync(store, "log/1.json")).ShouldBe(Hello);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(13)]
    [InlineData(8 * 1024 * 1024)]
    [InlineData(21_000_000)]
    public async Task A_content_of_any_length_is_put_if_absent_and_keeps_what_was_there(int size)
    {
        var store = await OpenAsync();
        var content = RandomNumberGenerator.GetBytes(size);
        await store.PutAsync("there", new MemoryStream(Hello));
        if (size > LargestConditional)
        {
            var refusal = await Should.ThrowAsync<ObjectStorageException>(() => store.PutIfAbsentAsync("known", new MemoryStream(content)));
            refusal.Error.ShouldBe(ObjectStorageError.Unsupported);
            (await store.FindAsync("known")).ShouldBeNull();
            return;
        }

        (await store.PutIfAbsentAsync("known", new MemoryStream(content))).ShouldBeTrue();
        (await store.PutIfAbsentAsync("known", new MemoryStream(new byte[size]))).ShouldBeFalse();
        (await store.PutIfAbsentAsync("there", new MemoryStream(content))).ShouldBeFalse();

        // Whether one of unknown length has ended, shows only when more is asked for.
        if (size < LargestConditional)
        {
            (await store.PutIfAbsentAsync("unknown", new Unseekable(content))).ShouldBeTrue();
            (await store.PutIfAbsentAsync("unknown", new Unseekable(new byte[size]))).ShouldBeFalse();
            SHA256.HashData(await ReadAsync(store, "unknown")).ShouldBe(SHA256.HashData(content));
        }

        SHA256.HashData(await ReadAsync(store, "known")).ShouldBe(SHA256.HashData(content));
        (await ReadAsync(store, "there")).ShouldBe(Hello);
        (await store.DeleteUnfinishedAsync(DateTimeOffset.MaxValue)).ShouldBe(0);
    }

    [Fact]
    public async Task Of_many_who_put_large_contents_if_absent_at_once_one_succeeds()
    {
        var store = await OpenAsync();
        var size = (int)Math.Min(9_000_000, LargestConditional - 10);

        var won = await Task.WhenAll(
            Enumerable.Range(0, 3).Select(i => Task.Run(() => store.PutIfAbsentAsync("x", new MemoryStream(Enumerable.Repeat((byte)i, size + i).ToArray()))))
        );

        won.Count(one => one).ShouldBe(1);
        var winner = Array.IndexOf(won, true);
        var content = await ReadAsync(store, "x");
        (content.Length, content[0]).ShouldBe((size + winner, (byte)winner));
    }

    [Fact]
    public async Task Of_many_who_put_if_absent_at_once_one_succeeds()
    {
        var store = await OpenAsync();

        var won = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => store.PutIfAbsentAsync("log/1.json", Encoding.UTF8.GetBytes($"{i}")))));

        won.Count(one => one).ShouldBe(1);
        Encoding.UTF8.GetString(await ReadAsync(store, "log/1.json")).ShouldBe($"{Array.IndexOf(won, true)}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData("/x")]
    [InlineData("a//b")]
    [InlineData("a/./b")]
    [InlineData("a\\b")]
    public async Task A_key_that_leads_out_is_refused_before_anybody_is_asked(string key)
    {
        var store = await OpenAsync();

        (await Should.ThrowAsync<ObjectStorageException>(async () => await store.FindAsync(key))).Error.ShouldBe(ObjectStorageError.InvalidKey);
        (await Should.ThrowAsync<ObjectStorageException>(async () => await store.OpenReadAsync(key))).Error.ShouldBe(ObjectStorageError.InvalidKey);
        (await Should.ThrowAsync<ObjectStorageException>(async () => await store.PutAsync(key, new MemoryStream()))).Error.ShouldBe(
            ObjectStorageError.InvalidKey
        );
        (await Should.ThrowAsync<ObjectStorageException>(async () => await store.PutIfAbsentAsync(key, Hello))).Error.ShouldBe(ObjectStorageError.InvalidKey);
        (await Should.ThrowAsync<ObjectStorageException>(async () => await store.DeleteAsync(key))).Error.ShouldBe(ObjectStorageError.InvalidKey);
        Should.Throw<ObjectStorageException>(() => store.LocalPath(key)).Error.ShouldBe(ObjectStorageError.InvalidKey);
    }

    [Fact]
    public async Task A_call_that_is_cancelled_ends()
    {
        var store = await OpenAsync();
        var cancelled = new CancellationToken(canceled: true);

        await Should.ThrowAsync<OperationCanceledException>(() => store.FindAsync("x", cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() => store.OpenReadAsync("x", cancellationToken: cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() => store.PutIfAbsentAsync("x", Hello, cancelled));
    }

    protected static async Task<List<ObjectInfo>> ListAsync(IObjectStore store, string prefix, string? startAfter = null)
    {
        var found = new List<ObjectInfo>();
        await foreach (var info in store.ListAsync(prefix, startAfter))
            found.Add(info);
        return found;
    }

    protected static async Task<byte[]> ReadAsync(IObjectStore store, string key)
    {
        await using var content = await store.OpenReadAsync(key);
        using var read = new MemoryStream();
        await content.CopyToAsync(read);
        return read.ToArray();
    }

    private sealed class Unseekable(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }
    }
}
