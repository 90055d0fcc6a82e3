using Microsoft.Extensions.Options;
using Tideway.CdfPublisher.Deliveries;
using Tideway.Hosting.Web;

namespace Tideway.CdfPublisher.Partners;

/// <summary>
/// Asks an endpoint whether it wants our notices, as
/// <see href="https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md#4-abuse-protection">CloudEvents webhooks</see> have it, so
/// that nobody can have them sent to somebody else.
/// </summary>
internal sealed class WebhookHandshake(PartnerHttp http, IOptions<DeliveryOptions> options, IOptions<PublicOptions> publicOptions, TimeProvider time)
{
    /// <summary>Null where the endpoint agreed; otherwise what was expected of it and what came.</summary>
    public async Task<string?> RefusalAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        var origin = publicOptions.Value.Url!.IdnHost;
        using var request = new HttpRequestMessage(HttpMethod.Options, endpoint);
        request.Headers.Add("WebHook-Request-Origin", origin);
        using var patience = new CancellationTokenSource(options.Value.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            using var response = await http.SendAsync(request, either.Token);
            var allowed = response.Headers.TryGetValues("WebHook-Allowed-Origin", out var values) ? string.Join(',', values) : null;
            if (!response.IsSuccessStatusCode)
                return $"endpoint: expected its OPTIONS answer to be 200, got {(int)response.StatusCode}.";
            return
                allowed is not null
                && allowed.Split(',', StringSplitOptions.TrimEntries).Any(value => value == "*" || value.Equals(origin, StringComparison.OrdinalIgnoreCase))
                ? null
                : $"endpoint: expected its OPTIONS answer to carry WebHook-Allowed-Origin: {origin}, got {(allowed is null ? "none" : $"'{allowed}'")}.";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"endpoint: no answer to OPTIONS within {options.Value.Timeout.TotalSeconds} s.";
        }
        catch (HttpRequestException exception)
        {
            return exception.InnerException is EndpointRefusedException refused
                ? "endpoint: " + refused.Message
                : $"endpoint: it could not be asked with OPTIONS ({exception.HttpRequestError}).";
        }
    }
}
