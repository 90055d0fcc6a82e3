using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Downloads;
using Tideway.DeltaSharing.Client.Transport;
using Tideway.DeltaSharing.Protocol;

namespace Tideway.DeltaSharing.Tests.Client;

/// <summary>A server on loopback that answers as a test wants, so that every fault can be had on a real connection.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly TaskCompletionSource closing = new();
    private readonly List<HttpClient> clients = [];

    private FakeServer(WebApplication app) => this.app = app;

    public static SharedTableName Table { get; } = new("s", "sc", "t");

    public Uri Address => new(app.Urls.Single());

    /// <summary>Answers requests; gets the number of the request, from 0.</summary>
    public Func<HttpContext, int, Task> Handler { get; set; } = (context, _) => Task.FromException(new InvalidOperationException("No handler."));

    public ConcurrentQueue<(string Method, string Target, IHeaderDictionary Headers, string Body)> Requests { get; } = new();

    public static DeltaSharingClientOptions Options { get; } =
        new()
        {
            AllowInsecureHttp = true,
            AllowPrivateAddresses = true,
            MaxRetries = 3,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            MaxRetryDelay = TimeSpan.FromSeconds(2),
        };

    public static async Task<FakeServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var built = builder.Build();
        var server = new FakeServer(built);
        var count = -1;
        built.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync();
            server.Requests.Enqueue(
                (context.Request.Method, context.Request.Path + context.Request.QueryString, new HeaderDictionary(context.Request.Headers.ToDictionary()), body)
            );
            await server.Handler(context, Interlocked.Increment(ref count));
        });
        await built.StartAsync();
        return server;
    }

    public DeltaSharingClient Client(DeltaSharingClientOptions? options = null, TimeProvider? time = null) =>
        Client(new BearerTokenCredential("token-1"), options, time);

    public DeltaSharingClient Client(ProfileCredential credential, DeltaSharingClientOptions? options = null, TimeProvider? time = null) =>
        new(Http(options ?? Options), new SharingProfile { Endpoint = new Uri(Address, "ds"), Credential = credential }, options ?? Options, time);

    public FileDownloader Downloader(DeltaSharingClientOptions? options = null, bool flushes = true) =>
        new(Http(options ?? Options), options ?? Options) { FlushesToDisk = flushes };

    /// <summary>Answers nothing until the test ends.</summary>
    public Task HangAsync() => closing.Task;

    public async ValueTask DisposeAsync()
    {
        closing.TrySetResult();
        clients.ForEach(client => client.Dispose());
        await app.DisposeAsync();
    }

    private HttpClient Http(DeltaSharingClientOptions options)
    {
        var client = new HttpClient(SharingHandler.Create(options));
        clients.Add(client);
        return client;
    }
}

internal static class FakeAnswers
{
    public const string Head = """
        {"protocol":{"minReaderVersion":1}}
        {"metaData":{"id":"m","format":{"provider":"parquet"},"schemaString":"{}","partitionColumns":[]}}

        """;

    public static Task LinesAsync(this HttpContext context, string lines, long version = 3, bool endStream = false)
    {
        context.Response.ContentType = HeaderNames.Ndjson;
        context.Response.Headers[HeaderNames.TableVersion] = version.ToString();
        context.Response.Headers[HeaderNames.RequestId] = "req-1";
        context.Response.Headers[HeaderNames.Capabilities] = SharingCapabilities.Echo(ResponseFormats.Parquet, endStream);
        return context.Response.WriteAsync(lines);
    }

    public static string File(int number) =>
        """{"file":{"url":"https://h/#","id":"f#","partitionValues":{},"size":#}}""".Replace("#", $"{number}", StringComparison.Ordinal) + "\n";

    public static string NextPage(string token) => """{"endStreamAction":{"nextPageToken":"#"}}""".Replace("#", token, StringComparison.Ordinal);

    public static Task StatusAsync(this HttpContext context, int status, string body = "", string? retryAfter = null)
    {
        context.Response.StatusCode = status;
        context.Response.Headers[HeaderNames.RequestId] = "req-1";
        if (retryAfter is not null)
            context.Response.Headers.RetryAfter = retryAfter;
        return context.Response.WriteAsync(body);
    }

    public static async Task<DeltaSharingException> FailsAsync(Func<Task> call, DeltaSharingError error)
    {
        var exception = await Should.ThrowAsync<DeltaSharingException>(call);
        exception.Error.ShouldBe(error, exception.ToString());
        return exception;
    }
}
