using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Volumes;
using Tideway.DeltaSharing.Protocol.Listing;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Client;

public sealed class VolumeTests : IAsyncLifetime
{
    private static readonly SharedVolumeName Manuals = new("s", "docs", "manuals");

    private readonly string folder = Directory.CreateTempSubdirectory("tideway-volume-").FullName;
    private FakeServer server = null!;

    private string Destination => Path.Combine(folder, "a.txt");

    private string Temporary => Path.Combine(folder, "making");

    public async ValueTask InitializeAsync() => server = await FakeServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Each_call_has_its_path()
    {
        server.Handler = (context, number) =>
            context.StatusAsync(
                200,
                number switch
                {
                    2 => """{"name":"manuals","schema":"docs","share":"s","storageLocation":"s3://b/docs/"}""",
                    3 => """{"gcpOauthToken":{"oauthToken":"t"},"expirationTime":5}""",
                    _ => """{"items":[{"name":"v","schema":"sc","share":"s"}]}""",
                }
            );
        var client = server.Client();

        (await client.ListAllVolumesAsync("s").ToListAsync()).ShouldHaveSingleItem().Name.ShouldBe("v");
        SharedVolumeName.Of((await client.ListVolumesAsync("s", "sc").ToListAsync()).ShouldHaveSingleItem()).ShouldBe(new SharedVolumeName("s", "sc", "v"));
        (await client.GetVolumeAsync(Manuals)).StorageLocation.ShouldBe("s3://b/docs/");
        (await client.GetTemporaryVolumeCredentialsAsync(Manuals)).GcpOauthToken!.OauthToken.ShouldBe("t");

        server
            .Requests.Select(request => $"{request.Method} {request.Target}")
            .ShouldBe([
                "GET /ds/shares/s/all-volumes",
                "GET /ds/shares/s/schemas/sc/volumes",
                "GET /ds/shares/s/schemas/docs/volumes/manuals",
                "POST /ds/shares/s/schemas/docs/volumes/manuals/temporary-volume-credentials",
            ]);
    }

    [Fact]
    public async Task Files_come_over_all_pages_with_the_same_parameters()
    {
        server.Handler = (context, number) =>
            context.StatusAsync(
                200,
                number == 0
                    ? """{"items":[{"path":"a/x","size":1,"lastModified":1795428002000}],"nextPageToken":"p&2"}"""
                    : """{"items":[{"path":"a/y","size":"2","url":"https://h/y?sig=1"}]}"""
            );

        var files = await server.Client().ListVolumeFilesAsync(Manuals, "a/", withUrls: true).ToListAsync();

        files[0].ShouldBe(new VolumeFile("a/x", 1, DateTimeOffset.FromUnixTimeMilliseconds(1795428002000)));
        files[1].ShouldBe(new VolumeFile("a/y", 2, null) { Url = new Uri("https://h/y?sig=1") });
        server
            .Requests.Select(request => request.Target)
            .ShouldBe([
                "/ds/shares/s/schemas/docs/volumes/manuals/files?path=a&urls=true",
                "/ds/shares/s/schemas/docs/volumes/manuals/files?path=a&urls=true&pageToken=p%262",
            ]);
    }

    [Theory]
    [InlineData("""{"path":"b/x","size":1}""")]
    [InlineData("""{"path":"ab","size":1}""")]
    [InlineData("""{"path":"a/x","size":-1}""")]
    [InlineData("""{"path":"a/x","size":1,"lastModified":99999999999999999}""")]
    [InlineData("""{"path":"a/x","size":1,"url":"not an address"}""")]
    [InlineData("""{"path":"a/x","size":1e99}""")]
    [InlineData("""{"path":null,"size":1}""")]
    [InlineData("""{"size":1}""")]
    public async Task What_no_file_below_the_path_is_ends_the_list(string item)
    {
        server.Handler = (context, _) => context.StatusAsync(200, $$"""{"items":[{{item}}]}""");

        await FakeAnswers.FailsAsync(async () => await server.Client().ListVolumeFilesAsync(Manuals, "a").ToListAsync(), DeltaSharingError.MalformedAnswer);
    }

    [Fact]
    public async Task A_list_of_files_that_goes_round_is_ended()
    {
        server.Handler = (context, _) => context.StatusAsync(200, """{"items":[{"path":"a","size":1}],"nextPageToken":"same"}""");

        await FakeAnswers.FailsAsync(async () => await server.Client().ListVolumeFilesAsync(Manuals).ToListAsync(), DeltaSharingError.LimitExceeded);

        server.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_file_gets_its_name_and_time_when_it_is_whole()
    {
        var written = new DateTimeOffset(2026, 1, 31, 12, 0, 0, 500, TimeSpan.Zero);
        server.Handler = (context, _) => context.StatusAsync(200, "hello");
        var file = new VolumeFile("a.txt", 5, written) { Url = new Uri(server.Address, "file?sp=1") };
        VolumeDownloader.IsThere(file, Destination).ShouldBeFalse();

        await Downloader().DownloadAsync(file, Destination, Temporary);

        (await File.ReadAllTextAsync(Destination)).ShouldBe("hello");
        File.GetLastWriteTimeUtc(Destination).ShouldBe(written.UtcDateTime);
        Directory.GetFiles(folder).ShouldBe([Destination]);
        VolumeDownloader.IsThere(file, Destination).ShouldBeTrue();
        VolumeDownloader.IsThere(file with { Size = 6 }, Destination).ShouldBeFalse();
        VolumeDownloader.IsThere(file with { LastModified = written.AddSeconds(10) }, Destination).ShouldBeFalse();
        VolumeDownloader.IsThere(file with { LastModified = null }, Destination).ShouldBeFalse();
        server.Requests.ShouldHaveSingleItem().Headers.Authorization.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_address_that_has_ended_is_asked_for_again()
    {
        server.Handler = (context, _) =>
            context.Request.Path.Value switch
            {
                "/old" => context.StatusAsync(403),
                "/new" => context.StatusAsync(200, "hello"),
                _ => context.StatusAsync(200, $$"""{"items":[{"path":"a.txt","size":5,"url":"{{server.Address}}new"}]}"""),
            };
        var file = new VolumeFile("a.txt", 5, null) { Url = new Uri(server.Address, "old") };

        await Downloader().DownloadAsync(file, Destination, Temporary);

        (await File.ReadAllTextAsync(Destination)).ShouldBe("hello");
        server.Requests.Select(request => request.Target).ToArray()[1].ShouldBe("/ds/shares/s/schemas/docs/volumes/manuals/files?path=a.txt&urls=true");
    }

    [Fact]
    public async Task A_download_that_breaks_after_its_address_has_ended_goes_on_where_it_broke()
    {
        server.Handler = async (context, _) =>
        {
            context.Response.Headers.ETag = "\"one\"";
            switch (context.Request.Path.Value)
            {
                case "/old" when context.Request.Headers.Range.Count == 0:
                    context.Response.ContentLength = 5;
                    await context.Response.WriteAsync("hel");
                    break;
                case "/old":
                    await context.StatusAsync(403);
                    break;
                case "/new":
                    context.Response.Headers.ContentRange = "bytes 3-4/5";
                    await context.StatusAsync(206, "lo");
                    break;
                default:
                    await context.StatusAsync(200, $$"""{"items":[{"path":"a.txt","size":5,"url":"{{server.Address}}new"}]}""");
                    break;
            }
        };

        await Downloader().DownloadAsync(new VolumeFile("a.txt", 5, null) { Url = new Uri(server.Address, "old") }, Destination, Temporary);

        (await File.ReadAllTextAsync(Destination)).ShouldBe("hello");
        var last = server.Requests.Last();
        (last.Target, last.Headers.Range.ToString(), last.Headers.IfRange.ToString()).ShouldBe(("/new", "bytes=3-", "\"one\""));
    }

    [Theory]
    [InlineData("""{"items":[]}""", DeltaSharingError.NotFound)]
    [InlineData("""{"items":[{"path":"a.txt/b","size":5}]}""", DeltaSharingError.NotFound)]
    [InlineData("""{"items":[{"path":"a.txt","size":6,"url":"https://h/"}]}""", DeltaSharingError.SizeMismatch)]
    [InlineData("""{"items":[{"path":"a.txt","size":5}]}""", DeltaSharingError.MalformedAnswer)]
    public async Task A_file_that_is_another_meanwhile_or_gone_leaves_nothing_behind(string answer, DeltaSharingError expected)
    {
        server.Handler = (context, _) => context.StatusAsync(200, answer);

        await FakeAnswers.FailsAsync(() => Downloader().DownloadAsync(new VolumeFile("a.txt", 5, null), Destination, Temporary), expected);

        Directory.GetFiles(folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_server_whose_addresses_never_work_is_not_asked_for_ever()
    {
        server.Handler = (context, number) =>
            context.Request.Path.StartsWithSegments("/ds", StringComparison.Ordinal)
                ? context.StatusAsync(200, $$"""{"items":[{"path":"a.txt","size":5,"url":"{{server.Address}}f{{number}}"}]}""")
                : context.StatusAsync(403);

        await FakeAnswers.FailsAsync(() => Downloader().DownloadAsync(new VolumeFile("a.txt", 5, null), Destination, Temporary), DeltaSharingError.UrlExpired);

        server.Requests.Count.ShouldBe(4);
    }

    [Theory]
    [InlineData("a.txt")]
    [InlineData("2026/a b.pdf")]
    [InlineData("...")]
    [InlineData("a..b/.hidden")]
    [InlineData("ü/日本")]
    public void A_path_of_a_server_is_kept_below_the_folder(string path) => LocalFilePath.Below("/data", path).ShouldBe(Path.Combine("/data", path));

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("a/./x")]
    [InlineData("a//x")]
    [InlineData("a/")]
    [InlineData("a\\..\\x")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    public void A_path_that_would_lead_elsewhere_is_refused(string path) =>
        Should.Throw<DeltaSharingException>(() => LocalFilePath.Below("/data", path)).Error.ShouldBe(DeltaSharingError.MalformedAnswer);

    [Fact]
    public void A_path_that_no_disk_keeps_is_refused()
    {
        Should.Throw<DeltaSharingException>(() => LocalFilePath.Below("/data", new string('a', 256)));
        Should.Throw<DeltaSharingException>(() => LocalFilePath.Below("/data", string.Join('/', Enumerable.Repeat("abc", 300))));
    }

    [Theory]
    [InlineData("C:x")]
    [InlineData("a:stream")]
    [InlineData("nul")]
    [InlineData("dir/COM1.txt")]
    [InlineData("a.")]
    [InlineData("a ")]
    [InlineData("a?")]
    public void What_windows_takes_for_something_else_is_refused_there(string path)
    {
        LocalFilePath.FindFault(path, windows: true).ShouldNotBeNull();
        LocalFilePath.FindFault(path, windows: false).ShouldBeNull();
    }

    [Fact]
    [ProtocolRule(
        "Volumes",
        "A list of volumes may leave out what is optional, and credentials of a volume have no location",
        Served = "read so by the client"
    )]
    public void What_other_servers_leave_out_is_no_fault()
    {
        var page = ListPage.Parse<VolumeItem>("""{"items":[{"name":"v","schema":"sc","share":"s","new":{}}],"nextPageToken":""}"""u8);

        page.NextPageToken.ShouldBeNull();
        page.Items.ShouldHaveSingleItem().StorageLocation.ShouldBeNull();
        var credentials = DeltaSharing.Protocol.Credentials.LocationCredentials.Parse(
            """{"awsTempCredentials":{"accessKeyId":"a","secretAccessKey":"b","sessionToken":"c"},"expirationTime":5}"""u8
        );
        credentials.Location.ShouldBeNull();
    }

    private VolumeDownloader Downloader() => new(server.Client(), server.Downloader(), Manuals);
}
