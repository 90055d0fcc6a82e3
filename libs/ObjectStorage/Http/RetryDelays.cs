using System.Net;

namespace Tideway.ObjectStorage.Http;

/// <summary>How often a request is repeated, and how long to wait before: longer each time, by chance somewhat more or less, and as long as the store asks for.</summary>
internal sealed record RetryDelays(int MaxAttempts, TimeSpan First, TimeSpan Longest, TimeSpan LongestAskedFor)
{
    public static RetryDelays Default { get; } =
        new(MaxAttempts: 6, TimeSpan.FromMilliseconds(100), Longest: TimeSpan.FromSeconds(10), LongestAskedFor: TimeSpan.FromSeconds(30));

    /// <summary>Whether the same request may be answered otherwise in a while.</summary>
    public static bool IsTransient(HttpStatusCode status) =>
        status
            is HttpStatusCode.RequestTimeout
                or HttpStatusCode.TooManyRequests
                or HttpStatusCode.InternalServerError
                or HttpStatusCode.BadGateway
                or HttpStatusCode.ServiceUnavailable
                or HttpStatusCode.GatewayTimeout;

    /// <summary>The wait before the attempt after the one numbered <paramref name="attempt"/> from 1; null where there is none.</summary>
    public TimeSpan? Before(int attempt, HttpResponseMessage? response, TimeProvider time)
    {
        if (attempt >= MaxAttempts)
            return null;
        var ceiling = Math.Min(Longest.TotalMilliseconds, First.TotalMilliseconds * Math.Pow(2, attempt - 1));
        var wait = TimeSpan.FromMilliseconds(ceiling * (0.5 + (Random.Shared.NextDouble() / 2)));
        var askedFor = response?.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => TimeSpan.Zero,
        };
        if (askedFor > LongestAskedFor)
            return null;
        return askedFor > wait ? askedFor : wait;
    }
}
