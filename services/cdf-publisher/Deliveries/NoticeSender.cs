using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using Tideway.CdfPublisher.Partners;
using Tideway.CdfPublisher.Subscriptions;
using Tideway.Hosting.Web;

namespace Tideway.CdfPublisher.Deliveries;

/// <summary>Sends one notice once.</summary>
internal sealed class NoticeSender(
    PartnerHttp http,
    SubscriptionSecrets secrets,
    IOptions<DeliveryOptions> options,
    IOptions<PublicOptions> publicOptions,
    TimeProvider time
)
{
    public async Task<SendOutcome> SendAsync(PendingNotice notice, CancellationToken cancellationToken)
    {
        var body = Notice.Write(notice, publicOptions.Value.Url!);
        var id = notice.DeliveryId.ToString();
        var now = time.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, notice.Endpoint) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(Notice.ContentType, "utf-8");
        request.Headers.Add(WebhookSignature.IdHeader, id);
        request.Headers.Add(WebhookSignature.TimestampHeader, now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Of(id, now.ToUnixTimeSeconds(), body, KeysOf(notice, now)));

        using var patience = new CancellationTokenSource(options.Value.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            using var response = await http.SendAsync(request, either.Token);
            return Judge(response, now);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new SendOutcome.Failed(null, $"No answer within {options.Value.Timeout.TotalSeconds} s.", null);
        }
        catch (HttpRequestException exception)
        {
            return new SendOutcome.Failed(null, exception.InnerException is EndpointRefusedException refused ? refused.Message : exception.Message, null);
        }
    }

    private List<byte[]> KeysOf(PendingNotice notice, DateTimeOffset now)
    {
        var keys = new List<byte[]> { secrets.Open(notice.Secret, notice.SubscriptionId) };
        if (notice.PreviousSecret is { } previous && notice.PreviousSecretUntil > now)
            keys.Add(secrets.Open(previous, notice.SubscriptionId));
        return keys;
    }

    private static SendOutcome Judge(HttpResponseMessage response, DateTimeOffset now)
    {
        var status = (int)response.StatusCode;
        return status switch
        {
            >= 200 and < 300 => new SendOutcome.Delivered(status),
            410 => new SendOutcome.Gone(),
            >= 300 and < 400 => new SendOutcome.Failed(status, $"The endpoint answered {status}; redirects are not followed.", null),
            429 or 503 => new SendOutcome.Failed(status, $"The endpoint answered {status}.", RetryAfter(response, now)),
            _ => new SendOutcome.Failed(status, $"The endpoint answered {status}.", null),
        };
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response, DateTimeOffset now)
    {
        var wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - now,
            _ => (TimeSpan?)null,
        };
        return wait is not { } asked ? null
            : asked < TimeSpan.Zero ? TimeSpan.Zero
            : asked < RetrySchedule.LongestWait ? asked
            : RetrySchedule.LongestWait;
    }
}
