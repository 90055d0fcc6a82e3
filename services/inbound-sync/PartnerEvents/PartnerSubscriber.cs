using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Secrets;
using Tideway.Hosting.Web;
using Tideway.InboundSync.Providers;
using Tideway.InboundSync.Storage;

namespace Tideway.InboundSync.PartnerEvents;

/// <summary>
/// Asks a provider to tell us of new versions of a share. A provider that is not on Tideway knows no such thing; its tables are looked at by
/// timer then, and it is asked again from time to time.
/// </summary>
public sealed class PartnerSubscriber(
    InboundSyncDatabase database,
    ProviderConnections connections,
    SecretProtector secrets,
    IOptions<PublicOptions> address,
    TimeProvider time,
    ILogger<PartnerSubscriber> logger
)
{
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMinutes(10);

    private readonly Dictionary<(Guid Provider, string Share), DateTimeOffset> refused = [];

    /// <summary>Subscribes unless it is done already. Not being able to is no failure of the sync.</summary>
    public async Task EnsureAsync(Provider provider, string share, CancellationToken cancellationToken)
    {
        var key = (provider.ProviderId, share.ToLowerInvariant());
        lock (refused)
        {
            if (refused.TryGetValue(key, out var at) && time.GetUtcNow() - at < AskAgainAfter)
                return;
        }

        if (await database.QueryFirstOrDefaultAsync<string>(PartnerSubscriptionSql.Find, new { providerId = provider.ProviderId, share = key.Item2 }, cancellationToken) is not null)
            return;
        var reason = await SubscribeAsync(provider, share, cancellationToken);
        if (reason is null)
        {
            Log.Subscribed(logger, share, provider.Name);
            return;
        }

        lock (refused)
            refused[key] = time.GetUtcNow();
        Log.NotSubscribed(logger, share, provider.Name, reason);
    }

    private async Task<string?> SubscribeAsync(Provider provider, string share, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, provider.Origin + "/api/tideway/v1/subscriptions");
            var profile = connections.Profile(provider);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", profile.BearerToken);
            request.Content = JsonContent.Create(new SubscriptionRequest { Endpoint = address.Value.At(PartnerEventsEndpoints.Path).AbsoluteUri, Share = share });
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(TimeSpan.FromSeconds(30));
            using var response = await connections.Http.SendAsync(request, timeout.Token);
            if (response.StatusCode == HttpStatusCode.NotFound)
                return "it knows no subscriptions, or not this share";
            if (!response.IsSuccessStatusCode)
                return $"it answered {(int)response.StatusCode}: {await BriefAsync(response, timeout.Token)}";
            var answer = await response.Content.ReadFromJsonAsync<SubscriptionAnswer>(timeout.Token);
            if (answer is not { Id.Length: > 0, Secret.Length: > 0 })
                return "its answer holds no id and secret";
            await KeepAsync(provider, share, answer, cancellationToken);
            return null;
        }
        catch (Exception exception) when (exception is HttpRequestException or System.Text.Json.JsonException or NotSupportedException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return exception.Message;
        }
    }

    private async Task KeepAsync(Provider provider, string share, SubscriptionAnswer answer, CancellationToken cancellationToken)
    {
        var shareKey = share.ToLowerInvariant();
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.ExecuteAsync(
            PartnerSubscriptionSql.Upsert,
            new
            {
                providerId = provider.ProviderId,
                share = shareKey,
                subscriptionId = answer.Id,
                secret = secrets.Protect(answer.Secret!, PartnerSecret.SecretPurpose, PartnerSecret.SecretRecord(provider.ProviderId, shareKey)),
                now = time.GetUtcNow(),
            },
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<string> BriefAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return text.Length <= 300 ? text : text[..300];
    }

    private sealed record SubscriptionRequest
    {
        [JsonPropertyName("endpoint")]
        public required string Endpoint { get; init; }

        [JsonPropertyName("share")]
        public required string Share { get; init; }
    }

    private sealed record SubscriptionAnswer
    {
        [JsonPropertyName("id")]
        public string? Id { get; init; }

        [JsonPropertyName("secret")]
        public string? Secret { get; init; }
    }
}
