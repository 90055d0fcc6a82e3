using Tideway.ObjectStorage.Buckets;
using Tideway.ObjectStorage.Roots;
using Tideway.ObjectStorage.Temporary;

namespace Tideway.ObjectStorage.Azure;

/// <summary>
/// Temporary credentials as a user delegation SAS for one folder, which only accounts with a hierarchical namespace know.
/// See <see href="https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas">user delegation SAS</see>.
/// </summary>
internal sealed class DirectorySas(RemoteLocation root, UserDelegationKeys keys, BucketClient service, string? protocol, TimeProvider time)
    : ITemporaryCredentials
{
    private volatile object? isHierarchical;

    public async Task<TemporaryCredentials> IssueAsync(StorageLocation folder, TimeSpan lifetime, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        var path = root.Key(folder.RelativePath);
        if (path.Length > 0)
            await RequireHierarchicalAsync(folder, cancellationToken).ConfigureAwait(false);
        var key = await keys.PrepareAsync(lifetime, cancellationToken).ConfigureAwait(false);
        var wanted = DateTimeOffset.FromUnixTimeSeconds((time.GetUtcNow() + lifetime).ToUnixTimeSeconds() + 1);
        var expiresAt = wanted < key.ExpiresAt ? wanted : key.ExpiresAt;
        var grant = path.Length == 0 ? new SasGrant("c", "rl", root.Bucket) : new SasGrant("d", "rl", $"{root.Bucket}/{path}");
        return new TemporaryCredentials.AzureSas(SharedAccessSignature.OfUser(key, grant, expiresAt, protocol), expiresAt);
    }

    // In an account without folders a signature for one would be refused, and any wider one opens more than the table.
    private async Task RequireHierarchicalAsync(StorageLocation folder, CancellationToken cancellationToken)
    {
        if (isHierarchical is null)
        {
            var request = new BucketRequest(HttpMethod.Get, key: null, "look at") { Query = [("restype", "account"), ("comp", "properties")] };
            isHierarchical = await service
                .SendAsync(
                    request,
                    async (response, _, token) =>
                    {
                        using (response)
                        {
                            await service.RequireSuccessAsync(response, request, token).ConfigureAwait(false);
                            return response.Headers.TryGetValues("x-ms-is-hns-enabled", out var values) && values.Contains("true");
                        }
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
        }

        if (isHierarchical is not true)
            throw new ObjectStorageException(
                ObjectStorageError.Unsupported,
                $"No temporary credentials for '{folder.Uri}': the storage account has no hierarchical namespace, without which they cannot be narrowed to a folder."
            );
    }
}
