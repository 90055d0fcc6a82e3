using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tideway.CdfPublisher.Tests.Support;

/// <summary>A partner's server on this machine: agrees to the handshake and answers notices as the test says.</summary>
internal sealed class PartnerEndpoint : IAsyncDisposable
{
    private readonly WebApplication app;

    private PartnerEndpoint(WebApplication app) => this.app = app;

    /// <summary>Every notice that came, in order.</summary>
    public ConcurrentQueue<ReceivedNotice> Notices { get; } = new();

    /// <summary>Origins that asked for permission.</summary>
    public ConcurrentQueue<string> Handshakes { get; } = new();

    /// <summary>What the handshake is answered with; null leaves the header out.</summary>
    public string? AllowedOrigin { get; set; } = "*";

    public int HandshakeStatus { get; set; } = 200;

    /// <summary>Answers a notice; gets its number, from 1 on.</summary>
    public Func<HttpContext, int, Task> OnNotice { get; set; } =
        static (context, _) =>
        {
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            return Task.CompletedTask;
        };

    public int Port => new Uri(app.Urls.First()).Port;

    public string Url => $"http://127.0.0.1:{Port}/partner/events";

    public static async Task<PartnerEndpoint> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var built = builder.Build();
        var endpoint = new PartnerEndpoint(built);
        built.MapMethods("/partner/events", [HttpMethods.Options], endpoint.Agree);
        built.MapPost("/partner/events", endpoint.ReceiveAsync);
        await built.StartAsync();
        return endpoint;
    }

    public void AnswerWith(int status) =>
        OnNotice = (context, _) =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private void Agree(HttpContext context)
    {
        Handshakes.Enqueue(context.Request.Headers["WebHook-Request-Origin"].ToString());
        context.Response.StatusCode = HandshakeStatus;
        if (AllowedOrigin is not null)
            context.Response.Headers["WebHook-Allowed-Origin"] = AllowedOrigin;
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        Notices.Enqueue(
            new ReceivedNotice(
                body,
                context.Request.ContentType ?? "",
                context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)
            )
        );
        await OnNotice(context, Notices.Count);
    }
}

internal sealed record ReceivedNotice(string Body, string ContentType, IReadOnlyDictionary<string, string> Headers)
{
    public System.Text.Json.JsonElement Json => System.Text.Json.JsonDocument.Parse(Body).RootElement;

    public string Id => Json.GetProperty("id").GetString()!;

    public (long From, long To) Versions =>
        (Json.GetProperty("data").GetProperty("from_version").GetInt64(), Json.GetProperty("data").GetProperty("to_version").GetInt64());
}
