using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Tideway.DeltaSharing.Client;
using Tideway.Hosting.Secrets;
using Tideway.Hosting.Web;
using Tideway.InboundSync.Providers;
using Tideway.InboundSync.Storage;

namespace Tideway.InboundSync.PartnerEvents;

/// <summary>
/// Asks a provider to tell us of new versions of a share, and once a day again, in case it forgot. A provider that is not on Tideway knows no such
/// thing; its tables are looked at by timer then, and it is asked again from time to time.
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
    private const int LongestAnswer = 64 * 1024;

    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RenewAfter = TimeSpan.FromDays(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Dictionary<(Guid Provider, string Share, string Profile), DateTimeOffset> refused = [];

    /// <summary>Subscribes unless it is done already; whether that was so. Not being able to is no failure of the sync.</summary>
    public async Task<bool> EnsureAsync(Provider provider, string share, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        // With another credential the answer may be another one.
        var key = (provider.ProviderId, share.ToLowerInvariant(), provider.Profile);
        lock (refused)
        {
            if (refused.TryGetValue(key, out var at) && now - at < AskAgainAfter)
                return false;
        }

        var wanted = new
        {
            providerId = provider.ProviderId,
            share = key.Item2,
            now,
        };
        if (await database.QueryFirstOrDefaultAsync<string>(PartnerSubscriptionSql.Find, wanted, cancellationToken) is not null)
            return false;
        var reason = await SubscribeAsync(provider, share, cancellationToken);
        lock (refused)
        {
            if (reason is null)
                refused.Remove(key);
            else
                refused[key] = now;
        }

        if (reason is null)
            Log.Subscribed(logger, share, provider.Name);
        else
            Log.NotSubscribed(logger, share, provider.Name, reason);
        return reason is null;
    }

    private async Task<string?> SubscribeAsync(Provider provider, string share, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, provider.PublicUrl + "/api/tideway/v1/subscriptions");
            request.Content = JsonContent.Create(
                new SubscriptionRequest { Endpoint = address.Value.At(PartnerEventsEndpoints.Path).AbsoluteUri, Share = share }
            );
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(Patience);
            await connections.AuthorizeAsync(provider, request, timeout.Token);
            using var response = await connections.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
                return "it knows no subscriptions, or not this share";
            var body = await ReadAsync(response, timeout.Token);
            if (!response.IsSuccessStatusCode)
                return $"it answered {(int)response.StatusCode}: {(body.Length <= 300 ? body : body[..300])}";
            if (JsonSerializer.Deserialize<SubscriptionAnswer>(body) is not { Id.Length: > 0, Secret.Length: > 0 } answer)
                return "its answer holds no id and secret";
            if (!WebhookSignature.IsSecret(answer.Secret))
                return "the secret in its answer is malformed";
            await KeepAsync(provider, share, answer, cancellationToken);
            return null;
        }
        catch (Exception exception)
            when (exception is HttpRequestException or IOException or JsonException or DeltaSharingException or OperationCanceledException
                && !cancellationToken.IsCancellationRequested
            )
        {
            return exception is OperationCanceledException ? $"no answer within {Patience.TotalSeconds} s" : exception.Message;
        }
    }

    private async Task KeepAsync(Provider provider, string share, SubscriptionAnswer answer, CancellationToken cancellationToken)
    {
        var shareKey = share.ToLowerInvariant();
        var now = time.GetUtcNow();
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.ExecuteAsync(
            PartnerSubscriptionSql.Upsert,
            new
            {
                providerId = provider.ProviderId,
                share = shareKey,
                subscriptionId = answer.Id,
                secret = secrets.Protect(answer.Secret!, PartnerSecret.SecretPurpose, PartnerSecret.SecretRecord(provider.ProviderId, shareKey)),
                now,
                renewAt = now + RenewAfter,
            },
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[LongestAnswer];
        var length = await stream.ReadAtLeastAsync(buffer, LongestAnswer, throwOnEndOfStream: false, cancellationToken);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, length);
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
