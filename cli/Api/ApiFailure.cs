using System.Net;
using System.Text.Json;

namespace Tideway.Cli.Api;

/// <summary>Turns what a server, or the way to it, does wrong into words and an exit code.</summary>
internal static class ApiFailure
{
    /// <summary>Runs an exchange; that the server cannot be reached is told in one way.</summary>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> exchange, Uri server, CancellationToken cancellationToken)
    {
        try
        {
            return await exchange();
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliFailure(ExitCode.Unreachable, $"{server} did not answer in time; --timeout sets how long to wait.", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new CliFailure(ExitCode.Unreachable, $"{server} cannot be reached: {exception.Message}", exception);
        }
    }

    public static async Task<JsonElement> ReadJsonAsync(HttpResponseMessage answer, Uri server, CancellationToken cancellationToken)
    {
        var text = await GuardAsync(() => answer.Content.ReadAsStringAsync(cancellationToken), server, cancellationToken);
        return TryParse(text)
            ?? throw new CliFailure(ExitCode.Failed, $"{server} did not answer with JSON but with {Kind(answer)}; is this the address of Tideway?");
    }

    /// <summary>The failure that an answer which is not 2xx stands for.</summary>
    public static async Task<CliFailure> OfAsync(HttpResponseMessage answer, Uri server, CancellationToken cancellationToken)
    {
        var text = await GuardAsync(() => answer.Content.ReadAsStringAsync(cancellationToken), server, cancellationToken);
        var body = TryParse(text) is { ValueKind: JsonValueKind.Object } parsed ? parsed : default;
        var code = Member(body, "error_code") ?? Member(body, "errorCode");
        var message = Member(body, "message") ?? Member(body, "detail") ?? Member(body, "title");
        var status = (int)answer.StatusCode;
        if (message is null)
            message = $"{server} answered {status} with {Kind(answer)}; is this the address of Tideway?";
        var notes = new List<string> { code ?? status.ToString() };
        if (answer.Headers.TryGetValues("x-request-id", out var ids))
            notes.Add("request " + string.Join(',', ids));
        return new CliFailure(ExitCodeOf(answer.StatusCode, code), $"{message} ({string.Join(", ", notes)})");
    }

    private static int ExitCodeOf(HttpStatusCode status, string? code)
    {
        if (code is not null && code.EndsWith("_ALREADY_EXISTS", StringComparison.Ordinal))
            return ExitCode.Conflict;
        return status switch
        {
            HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.RequestEntityTooLarge => ExitCode.Usage,
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ExitCode.Denied,
            HttpStatusCode.NotFound or HttpStatusCode.Gone => ExitCode.NotFound,
            HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed => ExitCode.Conflict,
            HttpStatusCode.BadGateway when code is not null => ExitCode.Failed,
            HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => ExitCode.Unreachable,
            _ => ExitCode.Failed,
        };
    }

    private static JsonElement? TryParse(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Member(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static string Kind(HttpResponseMessage answer) => answer.Content.Headers.ContentType?.MediaType ?? "nothing";
}
