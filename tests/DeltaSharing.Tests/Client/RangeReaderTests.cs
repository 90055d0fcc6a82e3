using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Downloads;

namespace Tideway.DeltaSharing.Tests.Client;

public sealed class RangeReaderTests : IAsyncLifetime
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];

    private readonly HttpClient http = new();
    private FakeServer server = null!;

    public async ValueTask InitializeAsync() => server = await FakeServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_range_is_asked_for_and_read_whole()
    {
        server.Handler = (context, _) => RangeAsync(context, 100, 149);

        (await ReadAsync(100, 50)).ShouldBe(Content[100..150]);

        server.Requests.Single().Headers.Range.ToString().ShouldBe("bytes=100-149");
    }

    [Fact]
    public async Task A_part_of_any_length_is_read_whole()
    {
        var large = new byte[1_300_000];
        new Random(5).NextBytes(large);
        server.Handler = (context, _) => context.Response.Body.WriteAsync(large).AsTask();

        (await ReadAsync(1000, 1_200_000)).ShouldBe(large[1000..1_201_000]);
    }

    [Fact]
    public async Task A_part_takes_no_more_memory_than_what_comes_of_it()
    {
        server.Handler = (context, _) => context.Response.Body.WriteAsync(Content).AsTask();
        var before = GC.GetTotalAllocatedBytes(precise: true);

        (await Should.ThrowAsync<DeltaSharingException>(() => ReadAsync(0, 1_000_000_000))).Error.ShouldBe(DeltaSharingError.SizeMismatch);

        (GC.GetTotalAllocatedBytes(precise: true) - before).ShouldBeLessThan(100_000_000);
    }

    [Fact]
    public async Task A_server_that_knows_no_ranges_is_read_from_the_beginning()
    {
        server.Handler = (context, _) => context.Response.Body.WriteAsync(Content).AsTask();

        (await ReadAsync(700, 50)).ShouldBe(Content[700..750]);
    }

    [Fact]
    public async Task Another_range_than_asked_for_is_malformed()
    {
        server.Handler = (context, _) => RangeAsync(context, 0, 49);

        (await FailsAsync(100, 50)).Error.ShouldBe(DeltaSharingError.MalformedAnswer);
    }

    [Fact]
    public async Task A_file_that_ends_earlier_is_told()
    {
        server.Handler = (context, _) => RangeAsync(context, 990, 999);

        (await FailsAsync(990, 50)).Error.ShouldBe(DeltaSharingError.SizeMismatch);
    }

    [Fact]
    public async Task An_address_that_has_ended_is_told_so()
    {
        server.Handler = (context, _) => context.StatusAsync(403);

        (await FailsAsync(0, 50)).Error.ShouldBe(DeltaSharingError.UrlExpired);
    }

    [Fact]
    public async Task A_server_that_is_busy_is_asked_again()
    {
        server.Handler = (context, number) => number == 0 ? context.StatusAsync(503) : RangeAsync(context, 0, 49);

        (await ReadAsync(0, 50)).ShouldBe(Content[..50]);
    }

    private static async Task RangeAsync(HttpContext context, int from, int to)
    {
        context.Response.StatusCode = StatusCodes.Status206PartialContent;
        context.Response.Headers.ContentRange = $"bytes {from}-{to}/{Content.Length}";
        await context.Response.Body.WriteAsync(Content.AsMemory(from, to - from + 1));
    }

    private Task<byte[]> ReadAsync(long offset, int length) =>
        new RangeReader(http, FakeServer.Options).ReadAsync(new Uri(server.Address, "f"), offset, length, TestContext.Current.CancellationToken);

    private Task<DeltaSharingException> FailsAsync(long offset, int length) => Should.ThrowAsync<DeltaSharingException>(() => ReadAsync(offset, length));
}
