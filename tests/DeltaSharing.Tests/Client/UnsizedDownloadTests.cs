using Tideway.DeltaSharing.Client;

namespace Tideway.DeltaSharing.Tests.Client;

/// <summary>Files whose size the sharing server does not tell.</summary>
public sealed class UnsizedDownloadTests : IAsyncLifetime
{
    private readonly byte[] content = new byte[500_001];
    private readonly string folder = Directory.CreateTempSubdirectory("tideway-unsized-").FullName;
    private FakeServer server = null!;

    private string Destination => Path.Combine(folder, "file");

    public async ValueTask InitializeAsync()
    {
        new Random(5).NextBytes(content);
        server = await FakeServer.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_file_without_a_size_is_as_long_as_its_store_says_also_after_a_break()
    {
        server.Handler = async (context, number) =>
        {
            context.Response.ContentLength = content.Length;
            await context.Response.Body.WriteAsync(content.AsMemory(0, number == 0 ? 300_000 : content.Length));
            if (number == 0)
                context.Abort();
        };

        var download = await DownloadAsync();

        download.Bytes.ShouldBe(content.Length);
        (await System.IO.File.ReadAllBytesAsync(Destination)).ShouldBe(content);
    }

    [Fact]
    public async Task A_file_whose_size_nobody_tells_is_refused_since_it_could_be_cut_off_or_endless()
    {
        server.Handler = async (context, _) =>
        {
            await context.Response.Body.WriteAsync(content.AsMemory(0, 10));
            await context.Response.Body.FlushAsync();
        };

        await FakeAnswers.FailsAsync(() => DownloadAsync(), DeltaSharingError.MalformedAnswer);
        Directory.GetFiles(folder).ShouldBeEmpty();
    }

    private Task<Tideway.DeltaSharing.Client.Downloads.Download> DownloadAsync() =>
        server.Downloader().DownloadAsync(_ => Task.FromResult(new Uri(server.Address, "file")), Destination, expectedSize: null);
}
