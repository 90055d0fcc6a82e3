using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Tideway.ObjectStorage.Tests.Identities;

/// <summary>The metadata service of an instance, version 2 only: whoever has no token that it gave out, or an old one, is refused.</summary>
internal sealed class FakeInstance(TimeProvider time) : LoopbackService
{
    private const string Roles = "/latest/meta-data/iam/security-credentials/";

    private readonly Dictionary<string, DateTimeOffset> tokens = new(StringComparer.Ordinal);
    private int count;

    public string? Role { get; set; } = "lake-reader";

    /// <summary>How long the credentials are good that it gives out.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(6);

    /// <summary>How many credentials it gave out.</summary>
    public int Count => count;

    protected override Task ServeAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (request.Path == "/latest/api/token")
            return GiveTokenAsync(request, response);
        lock (tokens)
        {
            if (request.Method != "GET" || !tokens.TryGetValue(request.Headers["x-aws-ec2-metadata-token"].ToString(), out var end) || time.GetUtcNow() >= end)
                return WriteAsync(response, 401, "");
        }

        if (request.Path == Roles)
            return Role is null ? WriteAsync(response, 404, "<html>Not found</html>") : WriteAsync(response, 200, Role + "\n");
        if (request.Path != Roles + Role)
            return WriteAsync(response, 404, "<html>Not found</html>");
        var number = Interlocked.Increment(ref count);
        var ends = (time.GetUtcNow() + Lifetime).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return WriteAsync(
            response,
            200,
            $$"""{"Code":"Success","LastUpdated":"2026-01-01T00:00:00Z","Type":"AWS-HMAC","AccessKeyId":"ASIA{{number}}","SecretAccessKey":"secret-of-instance","Token":"token-of-instance","Expiration":"{{ends}}"}"""
        );
    }

    private Task GiveTokenAsync(HttpRequest request, HttpResponse response)
    {
        if (
            request.Method != "PUT"
            || !int.TryParse(request.Headers["x-aws-ec2-metadata-token-ttl-seconds"], out var seconds)
            || seconds is < 1 or > 21600
            || request.Headers.ContainsKey("x-forwarded-for")
        )
            return WriteAsync(response, request.Method == "PUT" ? 400 : 405, "");
        var token = Guid.CreateVersion7().ToString("N") + "==";
        lock (tokens)
            tokens[token] = time.GetUtcNow() + TimeSpan.FromSeconds(seconds);
        return WriteAsync(response, 200, token);
    }
}
