using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Tideway.EndToEnd.Tests.Hosts;

/// <summary>The organisation's public host: passes each request to the service that owns its path, as a reverse proxy in front of the services does.</summary>
internal sealed class PathProxy : IAsyncDisposable
{
    private static readonly string[] NotPassedOn = ["Transfer-Encoding", "Connection", "Keep-Alive", "Host"];

    private readonly WebApplication app;
    private readonly HttpMessageInvoker upstream = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
        }
    );

    private PathProxy(WebApplication app, Uri url)
    {
        this.app = app;
        Url = url;
    }

    public Uri Url { get; }

    public static async Task<PathProxy> StartAsync(int port, Func<PathString, Uri?> route)
    {
        var url = new Uri($"http://127.0.0.1:{port}");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url.GetLeftPart(UriPartial.Authority));
        var host = builder.Build();
        var proxy = new PathProxy(host, url);
        host.Run(context => proxy.PassAsync(context, route(context.Request.Path)));
        await host.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        upstream.Dispose();
    }

    private async Task PassAsync(HttpContext context, Uri? service)
    {
        if (service is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        using var request = new HttpRequestMessage(
            new HttpMethod(context.Request.Method),
            new Uri(service, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget)
        );
        if (context.Request.ContentLength is > 0 || context.Request.Headers.TransferEncoding.Count > 0)
            request.Content = new StreamContent(context.Request.Body);
        foreach (var header in context.Request.Headers.Where(h => !NotPassedOn.Contains(h.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (!request.Headers.TryAddWithoutValidation(header.Key, header.Value.ToArray()))
                request.Content?.Headers.TryAddWithoutValidation(header.Key, header.Value.ToArray());
        }

        try
        {
            using var response = await upstream.SendAsync(request, context.RequestAborted);
            context.Response.StatusCode = (int)response.StatusCode;
            foreach (var header in response.Headers.Concat(response.Content.Headers).Where(h => !NotPassedOn.Contains(h.Key, StringComparer.OrdinalIgnoreCase)))
                context.Response.Headers[header.Key] = header.Value.ToArray();
            await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
        catch (HttpRequestException) when (!context.Response.HasStarted)
        {
            // What a proxy says of a service that is down.
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
        }
    }
}
