using System.Net;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Transport;
using Tideway.DeltaSharing.Protocol;
using static Tideway.DeltaSharing.Tests.Client.FakeAnswers;

namespace Tideway.DeltaSharing.Tests.Client;

public sealed class TransportTests : FakeServerFixture
{
    [Theory]
    [InlineData(400, DeltaSharingError.InvalidRequest)]
    [InlineData(401, DeltaSharingError.Unauthorized)]
    [InlineData(403, DeltaSharingError.Forbidden)]
    [InlineData(404, DeltaSharingError.NotFound)]
    [InlineData(501, DeltaSharingError.ServerFailed)]
    public async Task A_refusal_is_told_at_once(int status, DeltaSharingError error)
    {
        Server.Handler = (context, _) => context.StatusAsync(status, """{"errorCode":"SOME_CODE","message":"because"}""");

        var exception = await FailsAsync(VersionAsync, error);

        (exception.Status, exception.ErrorCode, exception.RequestId, exception.IsTransient).ShouldBe((status, "SOME_CODE", "req-1", false));
        exception.Message.ShouldContain("because");
        exception.ToString().ShouldNotContain("token-1");
        Server.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_transient_failure_is_tried_again(int status)
    {
        Server.Handler = (context, number) => number < 2 ? context.StatusAsync(status, "<html>busy</html>") : context.LinesAsync("");

        await VersionAsync();

        Server.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Attempts_end_with_the_last_failure()
    {
        Server.Handler = (context, _) => context.StatusAsync(503, """{"errorCode":"TEMPORARILY_UNAVAILABLE","message":"later"}""");

        var exception = await FailsAsync(VersionAsync, DeltaSharingError.ServerFailed);

        exception.IsTransient.ShouldBeTrue();
        Server.Requests.Count.ShouldBe(1 + FakeServer.Options.MaxRetries);
    }

    [Fact]
    public async Task A_wait_is_as_long_as_the_server_says()
    {
        var time = new WaitlessTime();
        Server.Handler = (context, number) => number == 0 ? context.StatusAsync(429, retryAfter: "2") : context.LinesAsync("");

        await Server.Client(time: time).GetTableVersionAsync(FakeServer.Table);

        time.Waits.ShouldHaveSingleItem().ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Waits_grow_up_to_the_longest()
    {
        var time = new WaitlessTime();
        var options = new DeltaSharingClientOptions
        {
            AllowInsecureHttp = true,
            AllowPrivateAddresses = true,
            MaxRetries = 6,
            RetryDelay = TimeSpan.FromSeconds(1),
            MaxRetryDelay = TimeSpan.FromSeconds(5),
        };
        Server.Handler = (context, _) => context.StatusAsync(500);

        await FailsAsync(() => Server.Client(options, time).GetTableVersionAsync(FakeServer.Table), DeltaSharingError.ServerFailed);

        time.Waits.Count.ShouldBe(6);
        double[] longest = [1, 2, 4, 5, 5, 5];
        time.Waits.Zip(longest).ShouldAllBe(pair => pair.First.TotalSeconds >= pair.Second / 2 && pair.First.TotalSeconds <= pair.Second);
    }

    [Fact]
    public async Task A_server_that_asks_for_more_than_the_longest_wait_is_not_waited_for()
    {
        Server.Handler = (context, _) => context.StatusAsync(429, retryAfter: "3600");

        var exception = await FailsAsync(VersionAsync, DeltaSharingError.TooManyRequests);

        exception.RetryAfter.ShouldBe(TimeSpan.FromHours(1));
        Server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_server_that_is_down_is_unreachable()
    {
        var profile = new SharingProfile { Endpoint = new Uri(Server.Address, "ds"), Credential = new BearerTokenCredential("t") };
        await Server.DisposeAsync();
        using var http = new HttpClient(SharingHandler.Create(FakeServer.Options));

        var exception = await FailsAsync(() => new DeltaSharingClient(http, profile, FakeServer.Options).GetShareAsync("s"), DeltaSharingError.Unreachable);

        exception.IsTransient.ShouldBeTrue();
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_given_up()
    {
        var options = new DeltaSharingClientOptions
        {
            AllowInsecureHttp = true,
            AllowPrivateAddresses = true,
            ResponseTimeout = TimeSpan.FromMilliseconds(100),
            MaxRetries = 0,
        };
        Server.Handler = (_, _) => Server.HangAsync();

        await FailsAsync(() => Server.Client(options).GetShareAsync("s"), DeltaSharingError.Timeout);
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_tried_again()
    {
        Server.Handler = (context, number) =>
        {
            if (number > 0)
                return context.LinesAsync("");
            context.Abort();
            return Task.CompletedTask;
        };

        await VersionAsync();

        Server.Requests.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("http://localhost:1/ds")]
    [InlineData("//evil.example.com/ds")]
    [InlineData("https://127.0.0.1/ds")]
    [InlineData("file:///etc/passwd")]
    public async Task A_redirect_to_another_host_is_refused_and_gets_no_credential(string location)
    {
        Server.Handler = (context, _) =>
        {
            context.Response.Headers.Location = location;
            return context.StatusAsync(302);
        };

        await FailsAsync(VersionAsync, DeltaSharingError.RedirectRefused);

        Server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_redirect_within_the_host_is_followed_but_not_in_circles()
    {
        Server.Handler = (context, number) =>
        {
            if (number == 1)
                return context.LinesAsync("", version: 8);
            context.Response.Headers.Location = "/moved/here?x=1";
            return context.StatusAsync(307);
        };
        (await Server.Client().GetTableVersionAsync(FakeServer.Table)).Version.ShouldBe(8);
        Server.Requests.Last().Target.ShouldBe("/moved/here?x=1");

        await FailsAsync(VersionAsync, DeltaSharingError.RedirectRefused);
        Server.Requests.Count.ShouldBeLessThan(15);
    }

    [Fact]
    public async Task A_handler_that_follows_redirects_by_itself_is_found_out()
    {
        await using var other = await FakeServer.StartAsync();
        other.Handler = (context, _) => context.StatusAsync(200, """{"share":{"name":"stolen"}}""");
        Server.Handler = (context, _) =>
        {
            context.Response.Headers.Location = new Uri(other.Address, "x").AbsoluteUri;
            return context.StatusAsync(302);
        };
        using var http = new HttpClient();
        var client = new DeltaSharingClient(
            http,
            new SharingProfile { Endpoint = Server.Address, Credential = new BearerTokenCredential("t") },
            FakeServer.Options
        );

        await FailsAsync(() => client.GetShareAsync("s"), DeltaSharingError.RedirectRefused);
    }

    [Fact]
    public async Task A_private_address_is_refused_when_connecting()
    {
        var options = new DeltaSharingClientOptions { AllowInsecureHttp = true, MaxRetries = 3 };

        await FailsAsync(() => Server.Client(options).GetShareAsync("s"), DeltaSharingError.AddressRefused);

        Server.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("172.16.0.1", true)]
    [InlineData("172.32.0.1", false)]
    [InlineData("192.168.1.1", true)]
    [InlineData("169.254.169.254", true)]
    [InlineData("100.64.0.1", true)]
    [InlineData("0.0.0.0", true)]
    [InlineData("224.0.0.1", true)]
    [InlineData("255.255.255.255", true)]
    [InlineData("8.8.8.8", false)]
    [InlineData("::1", true)]
    [InlineData("::", true)]
    [InlineData("fe80::1", true)]
    [InlineData("fd00::1", true)]
    [InlineData("ff02::1", true)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("::ffff:8.8.8.8", false)]
    [InlineData("64:ff9b::a00:1", true)]
    [InlineData("2002:a00:1::", true)]
    [InlineData("2606:4700::1111", false)]
    public void Private_addresses_are_known_in_all_their_forms(string address, bool isPrivate) =>
        SharingHandler.IsPrivate(IPAddress.Parse(address)).ShouldBe(isPrivate);

    private Task VersionAsync() => Server.Client().GetTableVersionAsync(FakeServer.Table);
}
