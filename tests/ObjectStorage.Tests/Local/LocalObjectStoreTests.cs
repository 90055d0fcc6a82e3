using System.Text;
using Tideway.ObjectStorage.Local;

namespace Tideway.ObjectStorage.Tests.Local;

public sealed class LocalObjectStoreTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly LocalObjectStore store;

    public LocalObjectStoreTests() => store = new LocalObjectStore(folder["table"]);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_was_put_is_read_back_whole()
    {
        await PutAsync("data/part-1.parquet", "hello");

        (await ReadAsync("data/part-1.parquet")).ShouldBe("hello");
        var info = (await store.FindAsync("data/part-1.parquet")).ShouldNotBeNull();
        info.Size.ShouldBe(5);
        info.Key.ShouldBe("data/part-1.parquet");
    }

    [Fact]
    public async Task Putting_again_replaces_the_content()
    {
        await PutAsync("a", "first, longer");
        await PutAsync("a", "second");

        (await ReadAsync("a")).ShouldBe("second");
    }

    [Fact]
    public async Task Putting_where_something_is_changes_nothing_and_says_so()
    {
        (await store.PutIfAbsentAsync("log/1.json", "one"u8.ToArray())).ShouldBeTrue();
        (await store.PutIfAbsentAsync("log/1.json", "two"u8.ToArray())).ShouldBeFalse();

        (await ReadAsync("log/1.json")).ShouldBe("one");
    }

    [Theory]
    [InlineData("with space.json")]
    [InlineData("p=a%2Fb:c?d#e")]
    [InlineData("\u65e5\u672c\ud83d\ude00.json")]
    [InlineData(" leading and trailing ")]
    [InlineData("quote\"'<>|*.json")]
    public async Task Odd_but_valid_names_are_kept_to_the_letter(string name)
    {
        (await store.PutIfAbsentAsync("d/" + name, "x"u8.ToArray())).ShouldBeTrue();
        (await store.PutIfAbsentAsync("d/" + name, "y"u8.ToArray())).ShouldBeFalse();

        (await ReadAsync("d/" + name)).ShouldBe("x");
        (await KeysAsync("")).ShouldBe(["d/" + name]);
    }

    [Theory]
    [InlineData(0, 3, "012")]
    [InlineData(4, 3, "456")]
    [InlineData(8, 5, "89")]
    [InlineData(10, 5, "")]
    [InlineData(100, 5, "")]
    [InlineData(3, 0, "")]
    public async Task A_range_gives_the_bytes_that_exist_of_it(long offset, long length, string expected)
    {
        await PutAsync("digits", "0123456789");

        await using var stream = await store.OpenReadAsync("digits", new ByteRange(offset, length));
        using var reader = new StreamReader(stream);
        (await reader.ReadToEndAsync()).ShouldBe(expected);
    }

    [Fact]
    public async Task A_negative_range_is_a_bug_of_the_caller() =>
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => store.OpenReadAsync("a", new ByteRange(-1, 2)));

    [Fact]
    public async Task What_is_not_there_is_not_found_and_deleting_it_is_no_error()
    {
        await PutAsync("folder/a", "x");

        (await store.FindAsync("missing/a")).ShouldBeNull();
        (await store.FindAsync("folder")).ShouldBeNull();
        (await Should.ThrowAsync<ObjectStorageException>(() => store.OpenReadAsync("folder"))).Error.ShouldBe(ObjectStorageError.NotFound);
        (await Should.ThrowAsync<ObjectStorageException>(() => store.OpenReadAsync("missing/a"))).Error.ShouldBe(ObjectStorageError.NotFound);
        await store.DeleteAsync("missing/a");
        await store.DeleteAsync("folder");
        (await ReadAsync("folder/a")).ShouldBe("x");
        await store.DeleteAsync("folder/a");
        (await store.FindAsync("folder/a")).ShouldBeNull();
    }

    [Fact]
    public async Task A_write_that_breaks_off_leaves_the_old_content_and_no_leftover()
    {
        await PutAsync("a", "old");

        await Should.ThrowAsync<InvalidDataException>(() => store.PutAsync("a", new BreakingStream()));

        (await ReadAsync("a")).ShouldBe("old");
        Directory.GetFileSystemEntries(folder["table"]).Length.ShouldBe(1);
    }

    [Fact]
    public async Task An_unfinished_file_is_never_listed_and_its_name_is_no_key()
    {
        await PutAsync("a", "x");
        var unfinished = "." + new string('0', 32) + ".partial";
        await File.WriteAllTextAsync(folder["table/" + unfinished], "half");

        (await KeysAsync("")).ShouldBe(["a"]);
        (await Should.ThrowAsync<ObjectStorageException>(() => store.FindAsync(unfinished))).Error.ShouldBe(ObjectStorageError.InvalidKey);
    }

    [Fact]
    public async Task A_file_where_a_folder_is_needed_is_an_error_that_names_the_path()
    {
        await PutAsync("a", "x");

        var exception = await Should.ThrowAsync<ObjectStorageException>(() => PutAsync("a/b", "y"));

        exception.Message.ShouldContain("table/a/b");
    }

    [Fact]
    public async Task A_name_too_long_for_the_file_system_is_an_invalid_key_or_unavailable_but_never_half_written()
    {
        await Should.ThrowAsync<ObjectStorageException>(() => PutAsync("d/" + new string('n', 300), "x"));

        (await KeysAsync("")).ShouldBeEmpty();
    }

    [Fact]
    public void The_root_is_an_address_without_a_slash_at_the_end()
    {
        new LocalObjectStore(folder["some table#1/"]).Root.AbsoluteUri.ShouldEndWith("/some%20table%231");
        Should.Throw<ArgumentException>(() => new LocalObjectStore("relative/path"));
    }

    [Fact]
    public async Task The_local_path_is_where_the_file_is()
    {
        await PutAsync("d/a", "x");

        (await File.ReadAllTextAsync(store.LocalPath("d/a")!)).ShouldBe("x");
    }

    private async Task PutAsync(string key, string content) => await store.PutAsync(key, new MemoryStream(Encoding.UTF8.GetBytes(content)));

    private async Task<string> ReadAsync(string key)
    {
        await using var stream = await store.OpenReadAsync(key);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    private async Task<List<string>> KeysAsync(string prefix) => await store.ListAsync(prefix).Select(info => info.Key).ToListAsync();

    private sealed class BreakingStream : MemoryStream
    {
        private bool begun;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (begun)
                throw new InvalidDataException("The source broke off.");
            begun = true;
            buffer.Span[..100].Fill(1);
            return ValueTask.FromResult(100);
        }
    }
}
