using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tideway.DeltaSharing.Server.Access;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Authentication;
using Tideway.DeltaSharing.Server.Exchange;
using Tideway.DeltaSharing.Server.Limits;
using Tideway.Hosting.Cache;

namespace Tideway.DeltaSharing.Tests.Server;

/// <summary>A real web server on loopback with one protocol group at <c>/ds</c>.</summary>
internal sealed class ProtocolHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private ProtocolHost(WebApplication app, RecordingAccessLog log)
    {
        this.app = app;
        Log = log;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single() + "/ds/") };
        Client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer good");
    }

    public static Recipient Acme { get; } = new(Guid.Parse("0198c0de-0000-7000-8000-000000000001"), "acme", new Dictionary<string, string>());

    public static Recipient Other { get; } = new(Guid.Parse("0198c0de-0000-7000-8000-000000000002"), "other", new Dictionary<string, string>());

    public RecordingAccessLog Log { get; }

    public HttpClient Client { get; }

    /// <summary>Another caller than <see cref="Client"/>.</summary>
    public HttpClient ClientOf(string token)
    {
        var client = new HttpClient { BaseAddress = Client.BaseAddress };
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        return client;
    }

    public static async Task<ProtocolHost> StartAsync(Action<RouteGroupBuilder> map, RecipientLimitOptions? limits = null, ISharedCache? shared = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var log = new RecordingAccessLog();
        builder.Services.AddSingleton(log).AddSingleton(TimeProvider.System).AddSingleton<IRecipientAuthenticator, KnownTokens>();
        builder.Services.AddSingleton(Options.Create(limits ?? new RecipientLimitOptions())).AddSingleton(shared ?? new SharedCounts { IsShared = false });
        builder.Services.AddSingleton(_ => new AnswerTurns(processors: 1, TimeProvider.System));
        builder.Services.AddSingleton<RecipientLimits>().AddSingleton<RefusalRecords>();
        builder.Services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<RefusalRecords>());
        var built = builder.Build();
        var group = built.MapDeltaSharing<RecordingAccessLog>("/ds");
        map(group);
        await built.StartAsync();
        return new ProtocolHost(built, log);
    }

    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
    }

    private sealed class KnownTokens : IRecipientAuthenticator
    {
        public ValueTask<RecipientAuthentication> AuthenticateAsync(HttpContext context, CancellationToken cancellationToken)
        {
            if (RecipientToken.Read(context.Request, out var fault) is not { } token)
                return ValueTask.FromResult<RecipientAuthentication>(new RecipientAuthentication.Refused(fault));
            RecipientAuthentication result = token switch
            {
                "good" => new RecipientAuthentication.Granted(Acme),
                "other" => new RecipientAuthentication.Granted(Other),
                "expired" => new RecipientAuthentication.Refused(RefusalReason.Expired, Acme),
                "elsewhere" => new RecipientAuthentication.Refused(RefusalReason.AddressDenied, Acme),
                "unchecked" => new RecipientAuthentication.Refused(RefusalReason.Unavailable),
                "broken" => throw new InvalidDataException("The credential store is on fire."),
                _ => new RecipientAuthentication.Refused(RefusalReason.Unknown),
            };
            return ValueTask.FromResult(result with { Fingerprint = RecipientToken.Fingerprint(token) });
        }
    }
}

internal sealed class RecordingAccessLog : IProtocolAccessLog
{
    public ConcurrentQueue<ProtocolAccess> Records { get; } = new();

    public bool IsBroken { get; set; }

    public ProtocolAccess Single() => Records.ShouldHaveSingleItem();

    public ValueTask RecordAsync(ProtocolAccess access, CancellationToken cancellationToken)
    {
        if (IsBroken)
            throw new IOException("The disk of the access log is full.");
        Records.Enqueue(access);
        return ValueTask.CompletedTask;
    }
}
