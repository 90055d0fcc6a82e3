using System.Text;
using System.Text.Json;
using Tideway.ObjectStorage.Http;
using Tideway.ObjectStorage.Roots;
using Tideway.ObjectStorage.Temporary;

namespace Tideway.ObjectStorage.Gcs;

/// <summary>
/// Temporary credentials as a token that is narrowed to one folder by a credential access boundary.
/// See <see href="https://cloud.google.com/iam/docs/downscoping-short-lived-credentials">Downscoping</see>.
/// </summary>
internal sealed class DownscopedToken(RemoteLocation root, Uri endpoint, TokenEndpoint tokens, StoreHttp http) : ITemporaryCredentials
{
    public static Uri DefaultEndpoint { get; } = new("https://sts.googleapis.com/v1/token");

    /// <remarks>The token's lifetime is what is left of the account's own; the store takes no wish.</remarks>
    public async Task<TemporaryCredentials> IssueAsync(StorageLocation folder, TimeSpan lifetime, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var (token, tokenEndsAt) = await tokens.GetAsync(lifetime / 2, cancellationToken).ConfigureAwait(false);
        var (value, endsAt) = await TokenEndpoint
            .FetchAsync(
                http,
                endpoint,
                [
                    ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
                    ("options", Boundary(root.Bucket, root.Key(folder.RelativePath))),
                    ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
                    ("subject_token", token),
                    ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
                ],
                cancellationToken
            )
            .ConfigureAwait(false);
        // A narrowed token ends with the one that it was made of, and the store does not always say when.
        return new TemporaryCredentials.GcpOauth(value, tokenEndsAt < endsAt ? tokenEndsAt : endsAt);
    }

    /// <summary>The boundary: reading and listing of what is below a path, empty for the whole bucket.</summary>
    internal static string Boundary(string bucket, string path)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("accessBoundary");
            json.WriteStartArray("accessBoundaryRules");
            json.WriteStartObject();
            json.WriteString("availableResource", $"//storage.googleapis.com/projects/_/buckets/{bucket}");
            json.WriteStartArray("availablePermissions");
            json.WriteStringValue("inRole:roles/storage.objectViewer");
            json.WriteEndArray();
            if (path.Length > 0)
            {
                json.WriteStartObject("availabilityCondition");
                json.WriteString("expression", Condition(bucket, path));
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static string Condition(string bucket, string path) =>
        $"resource.name.startsWith('projects/_/buckets/{bucket}/objects/{Quote(path)}/') || "
        + $"api.getAttribute('storage.googleapis.com/objectListPrefix', '').startsWith('{Quote(path)}/')";

    private static string Quote(string path) => path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);
}
