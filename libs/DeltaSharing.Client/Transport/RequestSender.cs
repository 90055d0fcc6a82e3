using Tideway.DeltaSharing.Client.Credentials;

namespace Tideway.DeltaSharing.Client.Transport;

/// <summary>Sends requests until the answer begins, and turns whatever else happens into <see cref="DeltaSharingException"/>.</summary>
internal sealed class RequestSender(HttpClient http, DeltaSharingClientOptions options, TimeProvider time, SharingCredential? credential = null)
{
    private const int MaxRedirects = 5;
    private const int MaxErrorBytes = 64 * 1024;

    private readonly RetryDelays delays = new(options, time);

    /// <summary>Sends until an answer of 2xx begins, trying again where that may help.</summary>
    public async Task<Answer> SendAsync(Func<HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        for (var retry = 0; ; retry++)
        {
            try
            {
                return await SendOnceAsync(create, cancellationToken).ConfigureAwait(false);
            }
            catch (DeltaSharingException failure)
            {
                if (!await delays.WaitAsync(failure, retry, cancellationToken).ConfigureAwait(false))
                    throw;
            }
        }
    }

    /// <summary>Sends once, following redirects within the host.</summary>
    public async Task<Answer> SendOnceAsync(Func<HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        Uri? redirected = null;
        var renewed = false;
        for (var hop = 0; ; hop++)
        {
            using var request = create();
            request.RequestUri = redirected ?? request.RequestUri!;
            UrlPolicy.Check(request.RequestUri, options);
            await AuthorizeAsync(request, cancellationToken).ConfigureAwait(false);
            var asked = request.RequestUri;
            var response = await BeginAsync(request, cancellationToken).ConfigureAwait(false);
            var answer = new Answer(response, options, time);
            try
            {
                // A handler that follows redirects of its own accord may have ended up elsewhere.
                CheckSameHost(asked, response.RequestMessage!.RequestUri!, answer);
                if (response.IsSuccessStatusCode)
                    return Keep(ref answer);
                // A token may end before its time: revoked, or the server lost it. One more is asked for, not many.
                if (response.StatusCode == System.Net.HttpStatusCode.Unauthorized && !renewed && credential?.Forget(request) == true)
                {
                    renewed = true;
                    continue;
                }

                if (
                    (int)response.StatusCode is not (301 or 302 or 307 or 308)
                    || response.Headers.Location is not { } location
                    || request.Method != HttpMethod.Get
                )
                    throw await FailureAsync(answer, cancellationToken).ConfigureAwait(false);
                redirected = Uri.TryCreate(asked, location, out var next) ? next : throw answer.Malformed("a redirect to an address");
                CheckSameHost(asked, redirected, answer);
                if (hop == MaxRedirects)
                    throw new DeltaSharingException(
                        DeltaSharingError.RedirectRefused,
                        $"{answer.Source}: expected at most {MaxRedirects} redirects, got more."
                    );
            }
            finally
            {
                answer?.Dispose();
            }
        }
    }

    // Getting a token was tried again already where that may help.
    private async Task AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            if (credential is not null)
                await credential.AuthorizeAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (DeltaSharingException failure) when (failure.IsTransient)
        {
            throw new DeltaSharingException(failure.Error, failure.Message, failure)
            {
                Status = failure.Status,
                ErrorCode = failure.ErrorCode,
                RequestId = failure.RequestId,
            };
        }
    }

    private async Task<HttpResponseMessage> BeginAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ResponseTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DeltaSharingException(DeltaSharingError.Timeout, $"Expected an answer of {Name(request)}, got none in time.", exception)
            {
                IsTransient = true,
            };
        }
        catch (HttpRequestException exception) when (exception.InnerException is DeltaSharingException refused)
        {
            throw new DeltaSharingException(refused.Error, refused.Message, exception);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new DeltaSharingException(
                DeltaSharingError.LimitExceeded,
                $"Expected a small head of the answer of {Name(request)}: {exception.Message}",
                exception
            );
        }
        catch (HttpRequestException exception)
        {
            var isFake = exception.HttpRequestError == HttpRequestError.SecureConnectionError;
            throw new DeltaSharingException(DeltaSharingError.Unreachable, $"{Name(request)} could not be reached: {exception.Message}", exception)
            {
                IsTransient = !isFake,
            };
        }
    }

    private async Task<DeltaSharingException> FailureAsync(Answer answer, CancellationToken cancellationToken)
    {
        var status = (int)answer.Response.StatusCode;
        if (status is >= 300 and < 400)
            return new DeltaSharingException(DeltaSharingError.RedirectRefused, $"{answer.Source}: expected an answer, got a redirect.")
            {
                Status = status,
                RequestId = answer.RequestId,
            };

        var bytes = await ReadErrorAsync(answer, cancellationToken).ConfigureAwait(false);
        var fault = bytes is null ? null : ServerFault.Parse(bytes, withText: credential is not null);
        var said = fault is null ? "" : " " + fault.Say(answer.Response.RequestMessage?.Headers.Authorization?.Parameter);
        return new DeltaSharingException(ErrorOf(status), $"{answer.Source}: {status}{said}")
        {
            Status = status,
            ErrorCode = fault?.Code,
            RequestId = answer.RequestId,
            RetryAfter = RetryAfter(answer.Response),
            IsTransient = status is 408 or 429 or >= 500 and not 501 and not 505,
        };
    }

    // What went wrong counts, also where the server cannot say it in a way that can be read, or not to its end.
    private static async Task<byte[]?> ReadErrorAsync(Answer answer, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.ReadAsync(MaxErrorBytes, cancellationToken).ConfigureAwait(false);
        }
        catch (DeltaSharingException)
        {
            return null;
        }
    }

    private static void CheckSameHost(Uri asked, Uri other, Answer answer)
    {
        if (Uri.Compare(asked, other, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) != 0)
            throw new DeltaSharingException(
                DeltaSharingError.RedirectRefused,
                $"{answer.Source}: expected an answer of {asked.Host}, got a redirect to {other.Host}."
            )
            {
                Status = (int)answer.Response.StatusCode,
                RequestId = answer.RequestId,
            };
    }

    private static Answer Keep(ref Answer? answer)
    {
        var kept = answer!;
        answer = null;
        return kept;
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } when date > time.GetUtcNow() => date - time.GetUtcNow(),
            _ => null,
        };

    private static DeltaSharingError ErrorOf(int status) =>
        status switch
        {
            401 => DeltaSharingError.Unauthorized,
            403 => DeltaSharingError.Forbidden,
            404 => DeltaSharingError.NotFound,
            408 => DeltaSharingError.Timeout,
            429 => DeltaSharingError.TooManyRequests,
            >= 500 => DeltaSharingError.ServerFailed,
            _ => DeltaSharingError.InvalidRequest,
        };

    private static string Name(HttpRequestMessage request) => $"{request.Method} {UrlPolicy.Describe(request.RequestUri!)}";
}
