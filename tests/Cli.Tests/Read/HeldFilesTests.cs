using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Tideway.Cli.Read;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Tables;

namespace Tideway.Cli.Tests.Read;

public sealed class HeldFilesTests
{
    private const string Head = """
        {"protocol":{"minReaderVersion":1}}
        {"metaData":{"id":"m","format":{"provider":"parquet"},"schemaString":"{}","partitionColumns":[]}}

        """;

    private const string Address = "https://files.example.org/1";

    [Theory]
    [InlineData("""{"file":{"url":"https://files.example.org/1","id":"LONG","partitionValues":{},"size":1}}""")]
    [InlineData("""{"file":{"url":"https://files.example.org/LONG","id":"1","partitionValues":{},"size":1}}""")]
    [InlineData("""{"file":{"url":"https://files.example.org/1","id":"1","partitionValues":{},"size":1,"stats":"LONG"}}""")]
    [InlineData("""{"file":{"url":"https://files.example.org/1","id":"1","partitionValues":{"p":"LONG"},"size":1}}""")]
    [InlineData("""{"remove":{"url":"https://files.example.org/1","id":"1","partitionValues":{"LONG":"p"},"size":1,"version":1,"timestamp":1}}""")]
    [InlineData("""{"cdf":{"url":"https://files.example.org/1","id":"1","partitionValues":{"LONG":"p"},"size":1,"version":1,"timestamp":1}}""")]
    public async Task An_answer_whose_files_take_more_memory_than_they_may_is_ended(string line)
    {
        var lines = new EndlessLines(line.Replace("LONG", new string('x', 10_000), StringComparison.Ordinal) + "\n");

        var failure = await Should.ThrowAsync<DeltaSharingException>(() => ReadAsync(lines, limit: 1024 * 1024));

        failure.Error.ShouldBe(DeltaSharingError.LimitExceeded);
        failure.Message.ShouldMatch("Expected files whose descriptions fit into 1.* of memory, got more with file 5[0-9]\\.");
        failure.RequestId.ShouldBe("req-1");
    }

    [Fact]
    public async Task Files_without_texts_take_memory_as_well()
    {
        var lines = new EndlessLines(Line(1));

        (await Should.ThrowAsync<DeltaSharingException>(() => ReadAsync(lines, limit: 1024 * 1024))).Error.ShouldBe(DeltaSharingError.LimitExceeded);
    }

    [Fact]
    public async Task What_fits_is_held_in_its_order()
    {
        var lines = new MemoryStream(Encoding.UTF8.GetBytes(Head + Line(1) + Line(2) + Line(3)));

        var answer = await ReadAsync(lines, limit: 3 * 1100);

        answer.Files.Select(file => file.Id).ShouldBe(["1", "2", "3"]);
    }

    [Fact]
    public void A_common_machine_holds_the_files_of_a_large_table()
    {
        var held = new HeldFiles(4L << 30);
        var file = new SharedFile(
            "0123456789abcdef0123456789abcdef",
            new AddFile
            {
                Path = "0123456789abcdef0123456789abcdef",
                Size = 1,
                ModificationTime = 0,
                DataChange = true,
            },
            new(new Uri(Address + new string('x', 300))),
            1,
            Vector: null,
            Version: null,
            Timestamp: null
        );

        foreach (var _ in Enumerable.Range(0, 2_000_000))
            held.Add(file, requestId: null);

        held.Files.Count.ShouldBe(2_000_000);
        HeldFiles.Limit.ShouldBeGreaterThan(0);
    }

    private static string Line(int number) => $$$"""{"file":{"url":"{{{Address}}}","id":"{{{number}}}","partitionValues":{},"size":1}}""" + "\n";

    private static async Task<SharedAnswer> ReadAsync(Stream lines, long limit)
    {
        using var http = new HttpClient(new OneAnswer(lines));
        var profile = new SharingProfile { Endpoint = new Uri("https://sharing.example.org"), Credential = new BearerTokenCredential("t") };
        await using var stream = await new DeltaSharingClient(http, profile).QueryTableAsync(new SharedTableName("s", "sc", "t"));
        return await SharedAnswer.ReadAsync(stream, limit, TestContext.Current.CancellationToken);
    }

    private sealed class OneAnswer(Stream lines) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(
                new HttpResponseMessage(HttpStatusCode.OK)
                {
                    RequestMessage = request,
                    Headers = { { HeaderNames.TableVersion, "1" }, { HeaderNames.RequestId, "req-1" } },
                    Content = new StreamContent(lines) { Headers = { ContentType = MediaTypeHeaderValue.Parse(HeaderNames.Ndjson) } },
                }
            );
    }

    /// <summary>The head of an answer, then the same line again and again.</summary>
    private sealed class EndlessLines(string line) : Stream
    {
        private readonly byte[] again = Encoding.UTF8.GetBytes(line);
        private byte[] current = Encoding.UTF8.GetBytes(Head);
        private int at;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (at == current.Length)
                (current, at) = (again, 0);
            var read = Math.Min(count, current.Length - at);
            current.AsSpan(at, read).CopyTo(buffer.AsSpan(offset));
            at += read;
            return read;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
