using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Tideway.Cli.Tests.Support;

/// <summary>A server that answers what a test tells it to and remembers what it was asked.</summary>
internal sealed class FakeApi : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Func<HttpContext, Task>>> answers = new(StringComparer.Ordinal);

    private FakeApi(WebApplication app)
    {
        this.app = app;
        app.Run(AnswerAsync);
    }

    /// <summary>Everything that was asked, in order.</summary>
    public ConcurrentQueue<Asked> Requests { get; } = new();

    public string Url { get; private set; } = "";

    public static async Task<FakeApi> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var api = new FakeApi(builder.Build());
        await api.app.StartAsync();
        api.Url = api.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return api;
    }

    /// <summary>Answers a request, once for each call; the last answer stays.</summary>
    public FakeApi On(string methodAndPath, string body, int status = 200, string contentType = "application/json", string? requestId = null) =>
        On(
            methodAndPath,
            context =>
            {
                context.Response.StatusCode = status;
                context.Response.ContentType = contentType;
                if (requestId is not null)
                    context.Response.Headers["x-request-id"] = requestId;
                return status == 204 ? Task.CompletedTask : context.Response.WriteAsync(body);
            }
        );

    public FakeApi On(string methodAndPath, Func<HttpContext, Task> answer)
    {
        answers.GetOrAdd(methodAndPath, _ => new ConcurrentQueue<Func<HttpContext, Task>>()).Enqueue(answer);
        return this;
    }

    /// <summary>Refuses a request as the management API does.</summary>
    public FakeApi Refuse(string methodAndPath, int status, string errorCode, string message, string? requestId = null) =>
        On(
            methodAndPath,
            $$"""{"title":"{{errorCode}}","status":{{status}},"error_code":"{{errorCode}}","message":"{{message}}"}""",
            status,
            "application/problem+json",
            requestId
        );

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var asked = new Asked(
            $"{context.Request.Method} {context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget}",
            await reader.ReadToEndAsync(),
            context.Request.Headers.Authorization.ToString()
        );
        Requests.Enqueue(asked);
        if (!answers.TryGetValue(asked.Line, out var queue))
        {
            context.Response.StatusCode = 599;
            await context.Response.WriteAsync($"The test has no answer to {asked.Line}.");
            return;
        }

        if (queue.Count == 1 || !queue.TryDequeue(out var answer))
            queue.TryPeek(out answer);
        await answer!(context);
    }
}

/// <summary>What was asked.</summary>
/// <param name="Line">Method and path with query.</param>
/// <param name="Body">The body as text.</param>
/// <param name="Authorization">The header.</param>
internal sealed record Asked(string Line, string Body, string Authorization);
