using System.Text.Json;
using System.Text.RegularExpressions;

namespace Tideway.Testing.Stores;

/// <summary>
/// What a token of a fake Google Cloud Storage was narrowed to: one bucket, reading and listing, and below one path by the two expressions that the vendor's page
/// "Downscope with Credential Access Boundaries" has for it.
/// </summary>
internal sealed partial class AccessBoundary
{
    private const int MatchMilliseconds = 10_000;

    private readonly string bucket;
    private readonly string objects;
    private readonly string prefix;

    private AccessBoundary(string bucket, string objects, string prefix)
    {
        this.bucket = bucket;
        this.objects = objects;
        this.prefix = prefix;
    }

    /// <summary>Reads the member <c>options</c> of an exchange; null where it is not one rule as described.</summary>
    public static AccessBoundary? TryParse(string options)
    {
        try
        {
            using var json = JsonDocument.Parse(options);
            var rules = json.RootElement.GetProperty("accessBoundary").GetProperty("accessBoundaryRules");
            var rule = rules[0];
            var resource = Resource().Match(rule.GetProperty("availableResource").GetString()!);
            var isReader = rule.GetProperty("availablePermissions").ToString() == """["inRole:roles/storage.objectViewer"]""";
            if (rules.GetArrayLength() != 1 || !resource.Success || !isReader)
                return null;
            var ofBucket = resource.Groups["bucket"].Value;
            if (!rule.TryGetProperty("availabilityCondition", out var condition))
                return new AccessBoundary(ofBucket, "", "");
            var expression = Expression().Match(condition.GetProperty("expression").GetString()!);
            return expression.Success
                ? new AccessBoundary(ofBucket, Unquote(expression.Groups["objects"].Value), Unquote(expression.Groups["prefix"].Value))
                : null;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>Whether an object may be read.</summary>
    public bool AllowsReading(string ofBucket, string key) =>
        ofBucket == bucket && $"projects/_/buckets/{ofBucket}/objects/{key}".StartsWith(objects, StringComparison.Ordinal);

    /// <summary>Whether what begins with a prefix may be listed.</summary>
    public bool AllowsListing(string ofBucket, string ofPrefix) => ofBucket == bucket && ofPrefix.StartsWith(prefix, StringComparison.Ordinal);

    private static string Unquote(string text) => text.Replace("\\'", "'", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);

    [GeneratedRegex("^//storage\\.googleapis\\.com/projects/_/buckets/(?<bucket>[a-z0-9._-]+)$", RegexOptions.ExplicitCapture, MatchMilliseconds)]
    private static partial Regex Resource();

    [GeneratedRegex(
        "^resource\\.name\\.startsWith\\('(?<objects>([^'\\\\]|\\\\.)*)'\\) \\|\\| "
            + "api\\.getAttribute\\('storage\\.googleapis\\.com/objectListPrefix', ''\\)\\.startsWith\\('(?<prefix>([^'\\\\]|\\\\.)*)'\\)$",
        RegexOptions.ExplicitCapture,
        MatchMilliseconds
    )]
    private static partial Regex Expression();
}
