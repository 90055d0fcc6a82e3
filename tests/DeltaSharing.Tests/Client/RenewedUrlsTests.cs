using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Downloads;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Client;

public sealed class RenewedUrlsTests : IDisposable
{
    private readonly ManualTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly Dictionary<string, FileUrl> answer = new(StringComparer.Ordinal);
    private readonly RenewedUrls urls;
    private int asked;

    public RenewedUrlsTests() =>
        urls = new RenewedUrls(
            _ =>
            {
                asked++;
                return Task.FromResult<IReadOnlyDictionary<string, FileUrl>>(new Dictionary<string, FileUrl>(answer, StringComparer.Ordinal));
            },
            time: time
        );

    public void Dispose() => urls.Dispose();

    [Fact]
    [ProtocolRule("Addresses of files", "A client renews the URLs of files before they end", Served = "RenewedUrls, five minutes before")]
    public async Task A_URL_that_ends_soon_is_renewed_before_it_is_used_and_those_of_all_files_with_it()
    {
        answer["a"] = Url("a2", TimeSpan.FromHours(1));
        answer["b"] = Url("b2", TimeSpan.FromHours(1));

        (await Next(urls.Of("a", Url("a1", TimeSpan.FromMinutes(4))))).ShouldBe("a2");
        (await Next(urls.Of("b", Url("b1", TimeSpan.FromMinutes(4))))).ShouldBe("b2");

        asked.ShouldBe(1);
    }

    [Fact]
    public async Task A_URL_that_is_good_for_long_is_used_as_it_is_and_so_is_one_without_an_end()
    {
        (await Next(urls.Of("a", Url("a1", TimeSpan.FromMinutes(6))))).ShouldBe("a1");
        (await Next(urls.Of("b", new FileUrl(new Uri("https://files.example/b1"))))).ShouldBe("b1");

        asked.ShouldBe(0);
    }

    [Fact]
    public async Task A_URL_that_was_refused_is_renewed_whatever_its_end()
    {
        answer["a"] = Url("a2", TimeSpan.FromHours(1));
        var next = urls.Of("a", Url("a1", TimeSpan.FromHours(1)));

        (await Next(next)).ShouldBe("a1");
        (await Next(next)).ShouldBe("a2");

        asked.ShouldBe(1);
    }

    [Fact]
    public async Task URLs_that_live_shorter_than_the_margin_are_not_asked_for_again_and_again()
    {
        answer["a"] = Url("a2", TimeSpan.FromMinutes(1));
        answer["b"] = Url("b2", TimeSpan.FromMinutes(1));
        (await Next(urls.Of("a", Url("a1", TimeSpan.FromMinutes(1))))).ShouldBe("a2");

        (await Next(urls.Of("b", Url("b1", TimeSpan.FromMinutes(1))))).ShouldBe("b2");
        (await Next(urls.Of("a", Url("a1", TimeSpan.FromMinutes(1))))).ShouldBe("a2");

        asked.ShouldBe(1);
    }

    [Fact]
    public async Task A_server_that_gives_the_refused_URL_again_or_none_ends_the_download()
    {
        answer["a"] = Url("a1", TimeSpan.FromHours(1));
        var (again, gone) = (urls.Of("a", Url("a1", TimeSpan.FromHours(1))), urls.Of("b", Url("b1", TimeSpan.FromHours(1))));
        await Next(again);
        await Next(gone);

        (await Should.ThrowAsync<DeltaSharingException>(() => Next(again))).Error.ShouldBe(DeltaSharingError.UrlExpired);
        (await Should.ThrowAsync<DeltaSharingException>(() => Next(gone))).Error.ShouldBe(DeltaSharingError.NotFound);
    }

    [Fact]
    public async Task Many_files_that_are_refused_at_once_ask_once()
    {
        var files = Enumerable.Range(0, 20).Select(i => $"f{i}").ToList();
        foreach (var file in files)
            answer[file] = Url(file + "-2", TimeSpan.FromHours(1));
        var nexts = files.Select(file => urls.Of(file, Url(file + "-1", TimeSpan.FromHours(1)))).ToList();
        foreach (var next in nexts)
            await Next(next);

        (await Task.WhenAll(nexts.Select(Next))).ShouldBe(files.Select(file => file + "-2"));

        asked.ShouldBe(1);
    }

    [Fact]
    public async Task A_server_that_cannot_be_asked_does_not_end_what_still_works_and_is_not_asked_for_every_file()
    {
        var calls = 0;
        using var failing = new RenewedUrls(
            _ =>
            {
                calls++;
                throw new DeltaSharingException(DeltaSharingError.ServerFailed, "503");
            },
            time: time
        );
        var next = failing.Of("a", Url("a1", TimeSpan.FromMinutes(4)));

        (await Next(next)).ShouldBe("a1");
        (await Next(failing.Of("b", Url("b1", TimeSpan.FromMinutes(4))))).ShouldBe("b1");
        calls.ShouldBe(1);
        (await Should.ThrowAsync<DeltaSharingException>(() => Next(next))).Error.ShouldBe(DeltaSharingError.ServerFailed);
    }

    [Fact]
    public async Task A_server_whose_URLs_never_work_is_not_asked_for_ever()
    {
        var next = urls.Of("a", Url("a0", TimeSpan.FromHours(1)));
        for (var i = 1; i <= RenewedUrls.MaxRenewals + 1; i++)
        {
            answer["a"] = Url($"a{i}", TimeSpan.FromHours(1));
            await Next(next);
        }

        for (var i = 0; i < 3; i++)
            (await Should.ThrowAsync<DeltaSharingException>(() => Next(next))).Error.ShouldBe(DeltaSharingError.UrlExpired);
        asked.ShouldBe(RenewedUrls.MaxRenewals);
    }

    [Fact]
    public void An_end_that_is_no_time_is_none()
    {
        FileUrl.Of(new Uri("https://files.example/a"), long.MaxValue).ExpiresAt.ShouldBeNull();
        FileUrl.Of(new Uri("https://files.example/a"), 0).ExpiresAt.ShouldBe(DateTimeOffset.UnixEpoch);
    }

    private FileUrl Url(string name, TimeSpan lifetime) => new(new Uri("https://files.example/" + name), time.GetUtcNow() + lifetime);

    private static async Task<string> Next(Func<CancellationToken, Task<Uri>> next) =>
        (await next(TestContext.Current.CancellationToken)).AbsolutePath.TrimStart('/');
}
