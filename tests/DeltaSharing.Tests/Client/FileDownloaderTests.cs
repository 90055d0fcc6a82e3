using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Client;
using static Tideway.DeltaSharing.Tests.Client.FakeAnswers;

namespace Tideway.DeltaSharing.Tests.Client;

public sealed class FileDownloaderTests : IAsyncLifetime
{
    private byte[] content = new byte[1_000_003];
    private readonly string folder = Directory.CreateTempSubdirectory("tideway-download-").FullName;
    private FakeServer server = null!;

    private string Destination => Path.Combine(folder, "file.parquet");

    private Uri Url => new(server.Address, "files/file.parquet?sp=r&sig=s3cr3t");

    public async ValueTask InitializeAsync()
    {
        new Random(7).NextBytes(content);
        server = await FakeServer.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_file_is_downloaded_whole_without_the_credential()
    {
        server.Handler = (context, _) => ServeAsync(context);
        var reports = new Reports();

        var download = await server.Downloader().DownloadAsync(Url, Destination, content.Length, reports);

        download.ShouldBe(new(content.Length, 1));
        (await System.IO.File.ReadAllBytesAsync(Destination)).ShouldBe(content);
        Directory.GetFiles(folder).Length.ShouldBe(1);
        reports.Last.ShouldBe(content.Length);
        server.Requests.Single().Headers.ContainsKey("Authorization").ShouldBeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_of_several_parts_is_whole_also_after_a_break_between_them_whether_it_is_flushed_or_not(bool flushes)
    {
        content = new byte[40_000_003];
        new Random(8).NextBytes(content);
        server.Handler = (context, number) => ServeAsync(context, breakAfter: number == 0 ? 25_000_000 : null);

        await server.Downloader(flushes: flushes).DownloadAsync(Url, Destination, content.Length);

        (await System.IO.File.ReadAllBytesAsync(Destination)).AsSpan().SequenceEqual(content).ShouldBeTrue();
    }

    [Fact]
    public async Task An_empty_file_is_downloaded()
    {
        server.Handler = (context, _) => context.StatusAsync(200);

        await server.Downloader().DownloadAsync(Url, Destination, 0);

        new FileInfo(Destination).Length.ShouldBe(0);
    }

    [Fact]
    public async Task A_download_that_breaks_off_is_resumed_where_it_broke()
    {
        server.Handler = (context, number) => ServeAsync(context, breakAfter: number < 3 ? 300_000 : null);

        var download = await server.Downloader().DownloadAsync(Url, Destination, content.Length);

        download.Attempts.ShouldBe(4);
        (await System.IO.File.ReadAllBytesAsync(Destination)).ShouldBe(content);
        var ranges = server.Requests.Select(request => request.Headers.Range.ToString()).ToArray();
        ranges[0].ShouldBe("");
        ranges[1..].ShouldAllBe(range => range.StartsWith("bytes=") && range.EndsWith('-'));
        server.Requests.Last().Headers.IfRange.ToString().ShouldBe("\"v1\"");
    }

    [Fact]
    public async Task Breaks_with_progress_in_between_do_not_use_up_the_attempts()
    {
        server.Handler = (context, _) => ServeAsync(context, breakAfter: 100_000);

        var download = await server.Downloader().DownloadAsync(Url, Destination, content.Length);

        download.Attempts.ShouldBeGreaterThan(FakeServer.Options.MaxRetries + 1);
        (await System.IO.File.ReadAllBytesAsync(Destination)).ShouldBe(content);
    }

    [Fact]
    public async Task A_server_that_breaks_off_for_ever_is_given_up()
    {
        server.Handler = (context, _) => ServeAsync(context, breakAfter: 1);

        await FailsAsync(() => server.Downloader().DownloadAsync(Url, Destination, content.Length), DeltaSharingError.ConnectionBroken);

        Directory.GetFiles(folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_server_without_ranges_starts_anew()
    {
        server.Handler = (context, number) => ServeAsync(context, breakAfter: number == 0 ? 300_000 : null, ranges: false);

        await server.Downloader().DownloadAsync(Url, Destination, content.Length);

        (await System.IO.File.ReadAllBytesAsync(Destination)).ShouldBe(content);
    }

    [Fact]
    public async Task A_file_that_changed_meanwhile_is_not_joined_with_its_past()
    {
        server.Handler = (context, number) => ServeAsync(context, breakAfter: number == 0 ? 300_000 : null, tag: $"\"v{number}\"");

        await server.Downloader().DownloadAsync(Url, Destination, content.Length);

        (await System.IO.File.ReadAllBytesAsync(Destination)).ShouldBe(content);
        server.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_file_that_changed_is_not_joined_with_its_past_though_the_server_heeds_no_condition()
    {
        var another = content.Select(value => (byte)(value ^ 1)).ToArray();
        server.Handler = async (context, number) =>
        {
            if (number != 1)
            {
                await ServeAsync(context, breakAfter: number == 0 ? 300_000 : null);
                return;
            }

            // The rest of another file.
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes 300000-{another.Length - 1}/{another.Length}";
            context.Response.Headers.ETag = "\"v2\"";
            await context.Response.Body.WriteAsync(another.AsMemory(300_000));
        };

        await server.Downloader().DownloadAsync(Url, Destination, content.Length);

        (await System.IO.File.ReadAllBytesAsync(Destination)).ShouldBe(content);
        server.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_file_that_is_another_one_each_time_is_given_up()
    {
        server.Handler = (context, number) =>
        {
            context.Response.Headers.ETag = $"\"v{number}\"";
            if (number % 2 == 0)
                return ServeAsync(context, breakAfter: 300_000, tag: $"\"v{number}\"");
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes 300000-{content.Length - 1}/{content.Length}";
            return context.Response.Body.WriteAsync(content.AsMemory(300_000)).AsTask();
        };

        await FailsAsync(() => server.Downloader().DownloadAsync(Url, Destination, content.Length), DeltaSharingError.ConnectionBroken);

        Directory.GetFiles(folder).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("http://localhost:1/f")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("file:///etc/passwd")]
    public async Task A_file_that_is_redirected_elsewhere_is_refused(string location)
    {
        server.Handler = (context, _) =>
        {
            context.Response.Headers.Location = location;
            return context.StatusAsync(307);
        };

        await FailsAsync(() => server.Downloader().DownloadAsync(Url, Destination, content.Length), DeltaSharingError.RedirectRefused);

        server.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(-1_000_003)]
    public async Task A_file_of_another_size_is_refused(int difference)
    {
        server.Handler = (context, _) => ServeAsync(context);

        await FailsAsync(() => server.Downloader().DownloadAsync(Url, Destination, content.Length + difference), DeltaSharingError.SizeMismatch);

        server.Requests.Count.ShouldBe(1);
        Directory.GetFiles(folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_endless_body_never_fills_the_disk()
    {
        server.Handler = async (context, _) =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(content, context.RequestAborted);
        };
        var largest = new Reports();

        await FailsAsync(() => server.Downloader().DownloadAsync(Url, Destination, 2_000_000, largest), DeltaSharingError.SizeMismatch);

        largest.Last.ShouldBeLessThanOrEqualTo(2_000_000);
    }

    [Fact]
    public async Task A_body_that_ends_early_is_a_break_not_a_file()
    {
        server.Handler = (context, _) => context.Response.Body.WriteAsync(content.AsMemory(0, 1000)).AsTask();

        await FailsAsync(() => server.Downloader().DownloadAsync(Url, Destination, content.Length), DeltaSharingError.ConnectionBroken);
    }

    [Fact]
    public async Task A_file_that_its_store_keeps_encoded_comes_as_it_is_kept_also_after_a_break()
    {
        server.Handler = (context, number) =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            return ServeAsync(context, breakAfter: number == 0 ? 300_000 : null);
        };

        await server.Downloader().DownloadAsync(Url, Destination, content.Length);

        (await System.IO.File.ReadAllBytesAsync(Destination)).ShouldBe(content);
        server.Requests.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("ExpiredToken", DeltaSharingError.UrlExpired)]
    [InlineData("InvalidArgument", DeltaSharingError.InvalidRequest)]
    public async Task What_an_object_store_says_of_an_address_that_has_ended_is_understood(string code, DeltaSharingError error)
    {
        server.Handler = (context, _) =>
            context.StatusAsync(400, $"\uFEFF<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>It is over.</Message></Error>");

        var exception = await FailsAsync(() => server.Downloader().DownloadAsync(Url, Destination, content.Length), error);

        exception.Message.ShouldContain($"{code}: It is over.");
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(410)]
    public async Task A_url_that_is_no_longer_accepted_is_told_apart_and_not_repeated(int status)
    {
        server.Handler = (context, number) =>
            number == 0 ? ServeAsync(context, breakAfter: 300_000) : context.StatusAsync(status, """{"errorCode":"URL_EXPIRED","message":"over"}""");

        var exception = await FailsAsync(() => server.Downloader().DownloadAsync(Url, Destination, content.Length), DeltaSharingError.UrlExpired);

        exception.ToString().ShouldNotContain("s3cr3t");
        exception.RequestId.ShouldBe("req-1");
        server.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_file_that_is_gone_is_not_found()
    {
        server.Handler = (context, _) => context.StatusAsync(404);

        await FailsAsync(() => server.Downloader().DownloadAsync(Url, Destination, content.Length), DeltaSharingError.NotFound);

        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_busy_server_is_asked_again()
    {
        server.Handler = (context, number) => number == 0 ? context.StatusAsync(429, retryAfter: "0") : ServeAsync(context);

        (await server.Downloader().DownloadAsync(Url, Destination, content.Length)).Attempts.ShouldBe(2);
    }

    [Theory]
    [InlineData("bytes 5-10/1000003")]
    [InlineData("bytes */1000003")]
    public async Task A_range_that_was_not_asked_for_is_malformed(string range)
    {
        server.Handler = (context, number) =>
        {
            if (number == 0)
                return ServeAsync(context, breakAfter: 300_000);
            context.Response.Headers.ContentRange = range;
            return context.StatusAsync(206, "xxxxxx");
        };

        await FailsAsync(() => server.Downloader().DownloadAsync(Url, Destination, content.Length), DeltaSharingError.MalformedAnswer);
    }

    [Fact]
    public async Task A_stalled_download_is_resumed()
    {
        var options = new DeltaSharingClientOptions
        {
            AllowInsecureHttp = true,
            AllowPrivateAddresses = true,
            IdleTimeout = TimeSpan.FromMilliseconds(200),
            RetryDelay = TimeSpan.FromMilliseconds(1),
        };
        server.Handler = async (context, number) =>
        {
            if (number > 0)
            {
                await ServeAsync(context);
                return;
            }

            context.Response.ContentLength = content.Length;
            await context.Response.Body.WriteAsync(content.AsMemory(0, 1000));
            await context.Response.Body.FlushAsync();
            await server.HangAsync();
        };

        await server.Downloader(options).DownloadAsync(Url, Destination, content.Length);

        (await System.IO.File.ReadAllBytesAsync(Destination)).ShouldBe(content);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_a_failure_of_the_local_disk()
    {
        server.Handler = (context, _) => ServeAsync(context);

        await FailsAsync(() => server.Downloader().DownloadAsync(Url, Path.Combine(folder, "missing", "f"), content.Length), DeltaSharingError.LocalStorage);
    }

    [Fact]
    public async Task A_cancelled_download_leaves_nothing_behind()
    {
        using var cancellation = new CancellationTokenSource();
        server.Handler = async (context, _) =>
        {
            context.Response.ContentLength = content.Length;
            await context.Response.Body.WriteAsync(content.AsMemory(0, 1000));
            await context.Response.Body.FlushAsync();
            await cancellation.CancelAsync();
            await server.HangAsync();
        };

        await Should.ThrowAsync<OperationCanceledException>(() =>
            server.Downloader().DownloadAsync(Url, Destination, content.Length, null, cancellation.Token)
        );

        Directory.GetFiles(folder).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://h/f")]
    [InlineData("http://files.example.com/f")]
    public async Task A_file_at_an_address_of_another_kind_is_refused(string url) =>
        await FailsAsync(
            () => server.Downloader(new DeltaSharingClientOptions { AllowPrivateAddresses = true }).DownloadAsync(new Uri(url), Destination, 1),
            DeltaSharingError.AddressRefused
        );

    private async Task ServeAsync(HttpContext context, int? breakAfter = null, bool ranges = true, string tag = "\"v1\"")
    {
        var from = 0;
        var range = context.Request.Headers.Range.ToString();
        if (ranges && range.Length > 0 && (context.Request.Headers.IfRange.Count == 0 || context.Request.Headers.IfRange == tag))
        {
            from = int.Parse(range["bytes=".Length..^1]);
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{content.Length - 1}/{content.Length}";
        }

        context.Response.Headers.ETag = tag;
        context.Response.ContentLength = content.Length - from;
        var length = Math.Min(breakAfter ?? int.MaxValue, content.Length - from);
        // The web server closes a connection whose answer stays short of the announced length.
        await context.Response.Body.WriteAsync(content.AsMemory(from, length));
        await context.Response.Body.FlushAsync();
    }

    private sealed class Reports : IProgress<long>
    {
        public long Last { get; private set; }

        public void Report(long value) => Last = value;
    }
}
