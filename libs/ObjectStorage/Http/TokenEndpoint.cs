using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Tideway.ObjectStorage.Http;

/// <summary>Gets tokens of OAuth 2.0 by a form, and renews each well before its end. Safe to use from several threads.</summary>
/// <param name="http">The client.</param>
/// <param name="endpoint">Where tokens come from.</param>
/// <param name="form">Makes the form's fields.</param>
internal sealed class TokenEndpoint(StoreHttp http, Uri endpoint, Func<IReadOnlyList<(string Name, string Value)>> form)
{
    private readonly RenewedEarly<EndingToken> token = new(
        async () =>
        {
            var (value, endsAt) = await FetchAsync(http, endpoint, form(), CancellationToken.None).ConfigureAwait(false);
            return new EndingToken(value, endsAt);
        },
        token => token.EndsAt,
        http.Time
    );

    /// <summary>Why a token that is in use could not be renewed; null where nothing is wrong.</summary>
    public string? RenewalFault => token.Failure?.Message;

    public async ValueTask<string> GetAsync(CancellationToken cancellationToken) => (await token.GetAsync(cancellationToken).ConfigureAwait(false)).Value;

    /// <summary>A token that is good for a time, a fresh one where the one at hand is not; where the endpoint gives none that long, what it gives.</summary>
    public async ValueTask<(string Value, DateTimeOffset EndsAt)> GetAsync(TimeSpan goodFor, CancellationToken cancellationToken)
    {
        var found = await token.GetAsync(goodFor, cancellationToken).ConfigureAwait(false);
        return (found.Value, found.EndsAt);
    }

    /// <summary>Gets one token. An answer that does not say for how long it is good is taken to be for an hour.</summary>
    public static Task<(string Value, DateTimeOffset EndsAt)> FetchAsync(
        StoreHttp http,
        Uri endpoint,
        IReadOnlyList<(string Name, string Value)> form,
        CancellationToken cancellationToken
    )
    {
        var body = Encoding.ASCII.GetBytes(string.Join('&', form.Select(field => $"{field.Name}={PercentEncoding.Value(field.Value)}")));
        var request = new StoreRequest(
            "get a token from",
            endpoint.GetLeftPart(UriPartial.Path),
            body.Length,
            _ =>
            {
                var message = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
                message.Content.Headers.TryAddWithoutValidation("content-type", "application/x-www-form-urlencoded");
                return ValueTask.FromResult(message);
            }
        );
        return http.SendAsync(
            request,
            async (response, _, token) =>
            {
                using (response)
                    return await ReadAsync(response, request, http.Time, token).ConfigureAwait(false);
            },
            cancellationToken
        );
    }

    private static async Task<(string Value, DateTimeOffset EndsAt)> ReadAsync(
        HttpResponseMessage response,
        StoreRequest request,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var body = await StoreAnswer.ReadBodyAsync(response, cancellationToken).ConfigureAwait(false);
        try
        {
            using var json = JsonDocument.Parse(body);
            if (response.StatusCode == HttpStatusCode.OK)
                return (MetadataAnswer.Text(json.RootElement, "access_token"), time.GetUtcNow() + Lifetime(json.RootElement));

            var answer = new StoreAnswer(response.StatusCode, Field(json.RootElement, "error"), Field(json.RootElement, "error_description"), null);
            throw StoreFailure.Of(
                answer.Status == HttpStatusCode.BadRequest ? answer with { Status = HttpStatusCode.Unauthorized } : answer,
                request.Action,
                request.Address
            );
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException or ArgumentException)
        {
            // Not the exception itself, which could show a piece of a token.
            throw StoreFailure.Of(new StoreAnswer(response.StatusCode, "no token, and no error in JSON", null, null), request.Action, request.Address);
        }
    }

    // Some say it as a text, as they do with all numbers.
    private static TimeSpan Lifetime(JsonElement answer)
    {
        if (!answer.TryGetProperty("expires_in", out var seconds) || seconds.ValueKind == JsonValueKind.Null)
            return TimeSpan.FromHours(1);
        return TimeSpan.FromSeconds(
            seconds.ValueKind == JsonValueKind.String
                ? double.Parse(seconds.GetString()!, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture)
                : seconds.GetDouble()
        );
    }

    private static string? Field(JsonElement answer, string name) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? ObjectKey.Printable(value.GetString()!)
            : null;
}
