using System.Net;
using System.Security.Authentication;

namespace Tideway.ObjectStorage.Http;

/// <summary>A request of a store: what to say of it when it fails, and how to make it, anew and freshly signed for each attempt.</summary>
/// <param name="Action">What is done, as in "Could not {read} ...".</param>
/// <param name="Address">The object or container, for messages.</param>
/// <param name="BodyLength">How many bytes are sent, which takes its time.</param>
/// <param name="MakeAsync">Makes the request.</param>
internal sealed record StoreRequest(string Action, string Address, long BodyLength, Func<CancellationToken, ValueTask<HttpRequestMessage>> MakeAsync)
{
    /// <summary>Whether a conflict only means that others were at it at the same moment.</summary>
    public bool RepeatsOnConflict { get; init; }

    /// <summary>Who answers, for messages.</summary>
    public string Who { get; init; } = StoreFailure.Store;
}

/// <summary>
/// The HTTP client of one store. Repeats what failed in passing; never follows a redirect and takes no cookies, so that it speaks to nobody but the
/// configured endpoint.
/// </summary>
internal sealed class StoreHttp : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    // Times that an attempt may take which all attempts together may take: who asked waits for an answer too, and has no use for a late one.
    private const int PatienceInAttempts = 2;

    // Slower than that, an upload is given up.
    private const double LeastBytesPerSecond = 64 * 1024;

    private readonly HttpClient client;
    private readonly RetryDelays delays;
    private readonly TimeSpan answerTimeout;
    private readonly TimeProvider time;

    public StoreHttp(TimeProvider time, RetryDelays? delays = null, HttpMessageHandler? handler = null, TimeSpan? answerTimeout = null)
    {
        client = new HttpClient(handler ?? NewHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        this.delays = delays ?? RetryDelays.Default;
        this.answerTimeout = answerTimeout ?? AnswerTimeout;
        this.time = time;
    }

    public TimeProvider Time => time;

    /// <summary>
    /// Sends a request until it is answered otherwise than by a passing failure, and has the answer read; <paramref name="readAsync"/> is also told
    /// whether an earlier attempt may have been done although its answer got lost, and owns the response. A failure to read it repeats the request,
    /// as long as all attempts and the waits between them take no longer than two attempts may: a store that stands still is told after a minute.
    /// </summary>
    public async Task<T> SendAsync<T>(
        StoreRequest request,
        Func<HttpResponseMessage, bool, CancellationToken, Task<T>> readAsync,
        CancellationToken cancellationToken
    )
    {
        var mayBeDone = false;
        var start = time.GetTimestamp();
        var patience = PatienceInAttempts * AttemptTimeout(request);
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? wait;
            using (var timeout = NewTimeout(request, patience - time.GetElapsedTime(start)))
            using (var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token))
            {
                try
                {
                    using var message = await request.MakeAsync(either.Token).ConfigureAwait(false);
                    var response = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
                    var isPassing =
                        RetryDelays.IsTransient(response.StatusCode)
                        || (request.RepeatsOnConflict && response.StatusCode == HttpStatusCode.Conflict)
                        || await IsStalledUploadAsync(response, either.Token).ConfigureAwait(false);
                    wait = isPassing ? Wait(attempt, response) : null;
                    if (wait is null)
                        return await readAsync(response, mayBeDone, either.Token).ConfigureAwait(false);
                    mayBeDone |= response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.Conflict);
                    response.Dispose();
                }
                catch (Exception exception) when (IsBreak(exception) && !cancellationToken.IsCancellationRequested)
                {
                    wait = IsHopeless(exception) ? null : Wait(attempt, null);
                    if (wait is null)
                        throw StoreFailure.Unreachable(request.Action, request.Address, exception, request.Who);
                    mayBeDone = true;
                }
            }

            await Task.Delay(wait.Value, time, cancellationToken).ConfigureAwait(false);
        }

        TimeSpan? Wait(int attempt, HttpResponseMessage? response) =>
            delays.Before(attempt, response, time) is { } wait && time.GetElapsedTime(start) + wait < patience ? wait : null;
    }

    public void Dispose() => client.Dispose();

    private TimeSpan AttemptTimeout(StoreRequest request) => answerTimeout + TimeSpan.FromSeconds(request.BodyLength / LeastBytesPerSecond);

    private CancellationTokenSource NewTimeout(StoreRequest request, TimeSpan left)
    {
        var attempt = AttemptTimeout(request);
        // What a wait took longer than it should leaves nothing.
        return new CancellationTokenSource(
            left < TimeSpan.Zero ? TimeSpan.Zero
                : left < attempt ? left
                : attempt,
            time
        );
    }

    // S3 says so with a status that else means a wrong request. The body is put back for who reads the answer.
    private static async Task<bool> IsStalledUploadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode != HttpStatusCode.BadRequest)
            return false;
        var body = await StoreAnswer.ReadBodyAsync(response, cancellationToken).ConfigureAwait(false);
        response.Content = new ByteArrayContent(body);
        return StoreAnswer.Of(response, body).Code == "RequestTimeout";
    }

    internal static bool IsBreak(Exception exception) => exception is HttpRequestException or IOException or OperationCanceledException;

    private static bool IsHopeless(Exception exception) => exception is HttpRequestException { InnerException: AuthenticationException };

    private static SocketsHttpHandler NewHandler() =>
        new()
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            ConnectTimeout = ConnectTimeout,
            // Addresses behind a name change.
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(50),
            MaxResponseHeadersLength = 64,
        };
}
