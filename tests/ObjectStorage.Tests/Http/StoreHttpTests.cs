using System.Net;
using System.Net.Http.Headers;
using Tideway.ObjectStorage.Http;
using Tideway.ObjectStorage.Tests.S3;
using Tideway.Testing;

namespace Tideway.ObjectStorage.Tests.Http;

public sealed class StoreHttpTests
{
    private static readonly StoreRequest Request = new(
        "read",
        "s3://bucket/x",
        0,
        _ => ValueTask.FromResult(new HttpRequestMessage(HttpMethod.Get, "http://store/"))
    );

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests, false)]
    [InlineData(HttpStatusCode.InternalServerError, true)]
    [InlineData(HttpStatusCode.BadGateway, true)]
    [InlineData(HttpStatusCode.ServiceUnavailable, true)]
    [InlineData(HttpStatusCode.GatewayTimeout, true)]
    [InlineData(HttpStatusCode.RequestTimeout, true)]
    public async Task A_passing_failure_is_tried_again_and_it_is_told_whether_it_may_have_been_done(HttpStatusCode status, bool mayBeDone)
    {
        var handler = new ScriptedHandler(_ => new HttpResponseMessage(status), _ => new HttpResponseMessage(HttpStatusCode.OK));
        using var http = new StoreHttp(TimeProvider.System, S3Fixture.Quick, handler);

        var result = await http.SendAsync(Request, (response, before, _) => Task.FromResult((response.StatusCode, before)), default);

        result.ShouldBe((HttpStatusCode.OK, mayBeDone));
        handler.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_upload_that_S3_found_stalled_is_tried_again_though_it_is_told_as_a_wrong_request()
    {
        var handler = new ScriptedHandler(_ => Wrong("RequestTimeout"), _ => Wrong("InvalidDigest"));
        using var http = new StoreHttp(TimeProvider.System, S3Fixture.Quick, handler);

        var answer = await http.SendAsync(Request, (response, _, token) => StoreAnswer.ReadAsync(response, token), default);

        answer.ToString().ShouldBe("400 InvalidDigest: Because");
        handler.Asked.Count.ShouldBe(2);

        static HttpResponseMessage Wrong(string code) =>
            new(HttpStatusCode.BadRequest) { Content = new StringContent($"<Error><Code>{code}</Code><Message>Because</Message></Error>") };
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.Conflict)]
    [InlineData(HttpStatusCode.PreconditionFailed)]
    [InlineData(HttpStatusCode.NotImplemented)]
    [InlineData(HttpStatusCode.Redirect)]
    public async Task An_answer_that_will_not_change_is_taken_as_it_is(HttpStatusCode status)
    {
        var handler = new ScriptedHandler(_ => new HttpResponseMessage(status));
        using var http = new StoreHttp(TimeProvider.System, S3Fixture.Quick, handler);

        (await http.SendAsync(Request, (response, _, _) => Task.FromResult(response.StatusCode), default)).ShouldBe(status);

        handler.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_last_answer_is_handed_out_when_it_stays_so()
    {
        var handler = new ScriptedHandler(_ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable));
        using var http = new StoreHttp(TimeProvider.System, S3Fixture.Quick, handler);

        (await http.SendAsync(Request, (response, _, _) => Task.FromResult(response.StatusCode), default)).ShouldBe(HttpStatusCode.ServiceUnavailable);

        handler.Asked.Count.ShouldBe(S3Fixture.Quick.MaxAttempts);
    }

    [Fact]
    public async Task A_store_that_cannot_be_reached_is_named_in_the_error()
    {
        var handler = new ScriptedHandler(_ => throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused (store:80)"));
        using var http = new StoreHttp(TimeProvider.System, S3Fixture.Quick, handler);

        var failure = await Should.ThrowAsync<ObjectStorageException>(() => http.SendAsync(Request, (_, _, _) => Task.FromResult(0), default));

        failure.Error.ShouldBe(ObjectStorageError.Unavailable);
        failure.Message.ShouldBe("Could not read 's3://bucket/x': Connection refused (store:80)");
        handler.Asked.Count.ShouldBe(S3Fixture.Quick.MaxAttempts);
    }

    [Fact]
    public async Task An_answer_that_breaks_while_it_is_read_is_asked_for_again()
    {
        var handler = new ScriptedHandler(_ => new HttpResponseMessage(HttpStatusCode.OK));
        using var http = new StoreHttp(TimeProvider.System, S3Fixture.Quick, handler);

        var reads = await http.SendAsync(
            Request,
            (_, _, _) => handler.Asked.Count < 3 ? throw new IOException("cut") : Task.FromResult(handler.Asked.Count),
            default
        );

        reads.ShouldBe(3);
    }

    [Fact]
    public async Task It_waits_as_long_as_the_store_asks_for()
    {
        var time = new ManualTimeProvider();
        var handler = new ScriptedHandler(
            _ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable)
            {
                Headers = { RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(4)) },
            },
            _ => new HttpResponseMessage(HttpStatusCode.OK)
        );
        using var http = new StoreHttp(time, S3Fixture.Quick, handler);

        var sending = http.SendAsync(Request, (response, _, _) => Task.FromResult(response.StatusCode), default);
        await Eventually.Async(() => time.WaitingTimers == 1);
        time.Advance(TimeSpan.FromSeconds(3.9));
        sending.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(0.2));

        (await sending).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_store_that_stands_still_is_asked_twice_and_told()
    {
        var time = new ManualTimeProvider();
        var handler = new SilentHandler();
        using var http = new StoreHttp(time, S3Fixture.Quick, handler);

        var sending = http.SendAsync(Request, (_, _, _) => Task.FromResult(0), default);
        for (var seconds = 0; seconds < 60; seconds++)
        {
            await Eventually.Async(() => time.WaitingTimers > 0);
            sending.IsCompleted.ShouldBeFalse();
            time.Advance(TimeSpan.FromSeconds(1));
        }

        var failure = await Should.ThrowAsync<ObjectStorageException>(() => sending);
        failure.Error.ShouldBe(ObjectStorageError.Unavailable);
        failure.Message.ShouldBe("Could not read 's3://bucket/x': the store did not answer in time.");
        handler.Asked.ShouldBe(2);
    }

    [Fact]
    public async Task A_large_upload_has_more_time()
    {
        var time = new ManualTimeProvider();
        using var http = new StoreHttp(time, S3Fixture.Quick, new SilentHandler());

        var sending = http.SendAsync(Request with { BodyLength = 64 * 1024 * 60 }, (_, _, _) => Task.FromResult(0), default);
        await Eventually.Async(() => time.WaitingTimers > 0);
        time.Advance(TimeSpan.FromSeconds(89));
        time.WaitingTimers.ShouldBe(1);

        sending.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.Async(() => time.WaitingTimers > 0);
        time.Advance(TimeSpan.FromSeconds(90));
        await Should.ThrowAsync<ObjectStorageException>(() => sending);
    }

    [Fact]
    public void A_store_that_asks_for_too_long_is_not_waited_for()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable)
        {
            Headers = { RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromHours(1)) },
        };

        RetryDelays.Default.Before(1, response, TimeProvider.System).ShouldBeNull();
    }

    [Fact]
    public void Waits_grow_and_differ_by_chance()
    {
        var first = Enumerable.Range(0, 100).Select(_ => RetryDelays.Default.Before(1, null, TimeProvider.System)!.Value).ToList();
        var fourth = Enumerable.Range(0, 100).Select(_ => RetryDelays.Default.Before(4, null, TimeProvider.System)!.Value).ToList();

        first.Distinct().Count().ShouldBeGreaterThan(50);
        first.ShouldAllBe(wait => wait >= TimeSpan.FromMilliseconds(50) && wait <= TimeSpan.FromMilliseconds(100));
        fourth.ShouldAllBe(wait => wait >= TimeSpan.FromMilliseconds(400) && wait <= TimeSpan.FromMilliseconds(800));
        RetryDelays.Default.Before(RetryDelays.Default.MaxAttempts, null, TimeProvider.System).ShouldBeNull();
    }

    [Fact]
    public async Task Whoever_gives_up_is_not_kept_waiting()
    {
        using var stop = new CancellationTokenSource();
        var handler = new ScriptedHandler(_ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable));
        using var http = new StoreHttp(new ManualTimeProvider(), S3Fixture.Quick, handler);

        var sending = http.SendAsync(Request, (response, _, _) => Task.FromResult(response.StatusCode), stop.Token);
        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task An_error_of_many_lines_or_bytes_is_shortened_to_code_and_message()
    {
        var body =
            $"<?xml version=\"1.0\"?><Error><Code>Odd</Code><Message>First line.\nRequestId:x\nTime:y</Message><Padding>{new string('x', 200_000)}</Padding></Error>";
        using var response = new HttpResponseMessage(HttpStatusCode.BadRequest)
        {
            Content = new StringContent(body),
            Headers = { { "x-ms-request-id", "abc" } },
        };
        using var page = new HttpResponseMessage(HttpStatusCode.BadGateway) { Content = new StringContent("<html><body>proxy&nbsp;error") };

        (await StoreAnswer.ReadAsync(response, default)).ToString().ShouldBe("400 Odd: First line (request id abc)");
        (await StoreAnswer.ReadAsync(page, default)).ToString().ShouldBe("502 BadGateway");
    }

    /// <summary>Takes each request and never answers.</summary>
    private sealed class SilentHandler : HttpMessageHandler
    {
        private int asked;

        public int Asked => asked;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref asked);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            throw new InvalidOperationException("Expected to be cancelled.");
        }
    }
}
