using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Tideway.ObjectStorage.Http;
using Tideway.ObjectStorage.Tests.S3;

namespace Tideway.ObjectStorage.Tests.Identities;

/// <summary>A service of this machine that tells who one is. What a test sets comes before what it answers by itself.</summary>
internal abstract class LoopbackService : IAsyncDisposable
{
    private WebApplication? app;

    /// <summary>The method and the path with its query of each request.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>Answers in place of the service; returns whether it did.</summary>
    public Func<HttpContext, Task<bool>>? Instead { get; set; }

    public Uri Address => new(app!.Urls.First());

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.Run(async context =>
        {
            Asked.Enqueue($"{context.Request.Method} {context.Features.Get<IHttpRequestFeature>()!.RawTarget}");
            if (Instead is not { } instead || !await instead(context))
                await ServeAsync(context);
        });
        await app.StartAsync();
    }

    /// <summary>The client of such services, with short pauses. It waits long for an answer: on a busy machine one that comes late would be asked for twice.</summary>
    public static StoreHttp Client(TimeProvider time) => MetadataHttp.New(time, S3Fixture.Quick, TimeSpan.FromMinutes(1));

    /// <summary>Answers with a status and a text for as many requests as it is said.</summary>
    public void AnswerFirst(int times, int status, string body)
    {
        var left = times;
        Instead = async context =>
        {
            if (Interlocked.Decrement(ref left) < 0)
                return false;
            await WriteAsync(context.Response, status, body);
            return true;
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
            await app.DisposeAsync();
    }

    protected abstract Task ServeAsync(HttpContext context);

    protected static Task WriteAsync(HttpResponse response, int status, string body)
    {
        response.StatusCode = status;
        return response.WriteAsync(body);
    }
}
