using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Tests.LogSegments;

public sealed class LogLinesTests : IDisposable
{
    private readonly TableFolder folder = new();

    [Theory]
    [InlineData("\n", true)]
    [InlineData("\r\n", true)]
    [InlineData("\n\n  \n", true)]
    [InlineData("\n", false)]
    public async Task Lines_end_as_editors_and_engines_end_them(string end, bool atTheEnd)
    {
        folder.Create();
        string[] lines = [TableFolder.Add("a"), TableFolder.Add("b"), TableFolder.Remove("a")];
        await File.WriteAllTextAsync(folder.CommitPath(1), string.Join(end, lines) + (atTheEnd ? end : ""));

        (await folder.Table.LoadAsync()).Files.Select(file => file.Path).ShouldBe(["a", "b"]);
    }

    [Theory]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(131_072)]
    [InlineData(3_000_000)]
    public async Task Lines_longer_than_what_is_read_at_a_time_come_whole(int length)
    {
        var name = new string('n', length);
        folder.Create(TableFolder.Add("before"), TableFolder.Add(name), TableFolder.Add("behind"));

        (await folder.Table.LoadAsync()).Files.Select(file => file.Path).ShouldBe(["before", "behind", name]);
    }

    [Fact]
    public async Task A_line_that_cannot_be_read_is_named_by_its_number()
    {
        folder.Create().Commit(1, TableFolder.Add("a"), "", "{\"add\":{\"path\":7}}");

        (await folder.Table.LoadAsync().ShouldFailAsync(DeltaLogError.CorruptLog)).Message.ShouldContain("Line 3 of '_delta_log/00000000000000000001.json'");
    }

    [Fact]
    public async Task A_line_without_an_end_is_refused_before_memory_is_full()
    {
        folder.Create().Commit(1, TableFolder.Add("a"));
        var table = new DeltaTable(new EndlessLineStore(folder.Store), TimeProvider.System);

        var failure = await table.LoadAsync().ShouldFailAsync(DeltaLogError.CorruptLog);

        failure.Message.ShouldContain("Line 1 of '_delta_log/00000000000000000001.json' (version 1) is longer than 134217728 bytes");
    }

    public void Dispose() => folder.Dispose();

    /// <summary>Has version 1 begin and never end.</summary>
    private sealed class EndlessLineStore(IObjectStore inner) : IObjectStore
    {
        public Uri Root => inner.Root;

        public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, string? startAfter = null, CancellationToken cancellationToken = default) =>
            inner.ListAsync(prefix, startAfter, cancellationToken);

        public Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default) => inner.FindAsync(key, cancellationToken);

        public Task<Stream> OpenReadAsync(string key, ByteRange? range = null, CancellationToken cancellationToken = default) =>
            range is null && key.EndsWith("01.json", StringComparison.Ordinal)
                ? Task.FromResult<Stream>(new EndlessStream())
                : inner.OpenReadAsync(key, range, cancellationToken);

        public Task PutAsync(string key, Stream content, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public Task DeleteAsync(string key, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public string? LocalPath(string key) => inner.LocalPath(key);
    }

    private sealed class EndlessStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            buffer.Fill((byte)'a');
            return buffer.Length;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
