using System.Net;

namespace Tideway.ObjectStorage.Http;

/// <summary>Clients of the services that tell a process on its own machine who it is: near, so that they answer at once or are not there.</summary>
internal static class MetadataHttp
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    private static readonly RetryDelays Delays = new(
        MaxAttempts: 3,
        TimeSpan.FromMilliseconds(200),
        Longest: TimeSpan.FromSeconds(2),
        LongestAskedFor: TimeSpan.FromSeconds(5)
    );

    public static StoreHttp New(TimeProvider time, RetryDelays? delays = null, TimeSpan? answerTimeout = null) =>
        new(time, delays ?? Delays, NewHandler(), answerTimeout ?? AnswerTimeout);

    private static SocketsHttpHandler NewHandler() =>
        new()
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            // What is told here is for nobody else.
            UseProxy = false,
            ConnectTimeout = ConnectTimeout,
            MaxResponseHeadersLength = 64,
        };
}
