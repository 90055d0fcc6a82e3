using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Tideway.ObjectStorage.Tests.Identities;

/// <summary>The agent that tells a container its credentials, to whoever has the authorization of the moment.</summary>
internal sealed class FakeAgent(TimeProvider time) : LoopbackService
{
    private int count;

    public string? Authorization { get; set; }

    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(6);

    public int Count => count;

    protected override Task ServeAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (request.Method != "GET" || request.Path != "/v1/credentials")
            return WriteAsync(response, 404, """{"code":"InvalidIdInRequest","message":"CredentialsRequest: invalid credentials ID"}""");
        if (Authorization is not null && request.Headers.Authorization != Authorization)
            return WriteAsync(response, 401, "[request-1]: (ExpiredTokenException): Token has expired, fault: client");
        var ends = (time.GetUtcNow() + Lifetime).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return WriteAsync(
            response,
            200,
            $$"""{"AccessKeyId":"ASIAC{{Interlocked.Increment(ref count)}}","SecretAccessKey":"secret-of-container","Token":"token-of-container","AccountId":"1","Expiration":"{{ends}}"}"""
        );
    }
}
