using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Tideway.ObjectStorage.Buckets;

namespace Tideway.ObjectStorage.Azure;

/// <summary>
/// Authorizes requests with the account's key, with a token of Microsoft Entra, or with a shared access signature that was given.
/// See <see href="https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key">Authorize with Shared Key</see>.
/// </summary>
internal sealed class AzureDialect(AzureAccount? account, IAzureTokens? tokens, string? sasToken, TimeProvider time) : IBucketDialect
{
    public const string Version = "2022-11-02";

    /// <summary>The header of the service's version; what a request says itself counts.</summary>
    public const string VersionHeader = "x-ms-version";

    public string WriteIdHeader => "x-ms-meta-tidewaywrite";

    public (string Name, string Value) OnlyIfAbsent => ("if-none-match", "*");

    public string? QuerySuffix => sasToken;

    // Of an account with a hierarchical namespace; the older header is what Hadoop leaves in one without.
    public bool IsFolder(HttpResponseMessage response) => Says(response, "x-ms-resource-type", "directory") || Says(response, "x-ms-meta-hdi_isfolder", "true");

    public async ValueTask AuthorizeAsync(HttpRequestMessage message, BucketRequest request, BucketEndpoint endpoint, CancellationToken cancellationToken)
    {
        List<(string Name, string Value)> added = [("x-ms-date", time.GetUtcNow().UtcDateTime.ToString("R", CultureInfo.InvariantCulture))];
        if (!request.Headers.Exists(header => header.Name == VersionHeader))
            added.Add((VersionHeader, Version));
        if (request.Method == HttpMethod.Delete && request.Key is not null)
            added.Add(("x-ms-delete-snapshots", "include"));
        foreach (var (name, value) in added)
            message.Headers.TryAddWithoutValidation(name, value);
        if (account is not null)
            message.Headers.TryAddWithoutValidation(
                "authorization",
                $"SharedKey {account.Name}:{account.Sign(TextToSign(request, endpoint, added, account.Name))}"
            );
        else if (tokens is not null)
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await tokens.GetAsync(cancellationToken).ConfigureAwait(false));
    }

    internal static string TextToSign(BucketRequest request, BucketEndpoint endpoint, IReadOnlyList<(string Name, string Value)> added, string account)
    {
        var headers = request.Headers.Concat(added).ToDictionary(header => header.Name, header => header.Value, StringComparer.Ordinal);
        var text = new StringBuilder(512).Append(request.Method.Method).Append('\n');
        // Encoding, language, length, MD5, type, date (which x-ms-date stands for), conditions, range.
        string[] standard =
        [
            "",
            "",
            request.Body.IsEmpty ? "" : request.Body.Length.ToString(),
            "",
            headers.GetValueOrDefault("content-type", ""),
            "",
            "",
            headers.GetValueOrDefault("if-match", ""),
            headers.GetValueOrDefault("if-none-match", ""),
            "",
            headers.GetValueOrDefault("range", ""),
        ];
        foreach (var value in standard)
            text.Append(value).Append('\n');
        foreach (
            var (name, value) in headers
                .Where(header => header.Key.StartsWith("x-ms-", StringComparison.Ordinal))
                .OrderBy(header => header.Key, StringComparer.Ordinal)
        )
            text.Append(name).Append(':').Append(value).Append('\n');
        text.Append('/').Append(account).Append(request.PathIn(endpoint));
        // Whatever the case of a parameter in the request, it is signed in lower case.
        foreach (
            var (name, value) in request
                .Query.Select(pair => (Name: pair.Name.ToLowerInvariant(), pair.Value))
                .OrderBy(pair => pair.Name, StringComparer.Ordinal)
        )
            text.Append('\n').Append(name).Append(':').Append(value);
        return text.ToString();
    }

    private static bool Says(HttpResponseMessage response, string header, string value) =>
        response.Headers.TryGetValues(header, out var values) && values.Contains(value, StringComparer.OrdinalIgnoreCase);
}
