using Microsoft.Extensions.Options;
using Tideway.DeltaSharing.Protocol.Credentials;
using Tideway.ObjectStorage;
using Tideway.ObjectStorage.Temporary;

namespace Tideway.DeltaSharing.Server.Serving;

/// <summary>Gives recipients credentials of the store's own kind for one folder: that of a table or of a volume. Whether they may have them, the caller has checked.</summary>
public sealed class FolderCredentials(StorageRoots roots, IOptions<TemporaryCredentialOptions> options)
{
    /// <summary>
    /// Whether the storage root of a location gives out such credentials; false also where the location lies in no root any more. Asks no store.
    /// </summary>
    public bool AreOfferedAt(string location)
    {
        try
        {
            return roots.FindTemporaryCredentials(roots.Resolve(location).RootName) is not null;
        }
        catch (ObjectStorageException)
        {
            return false;
        }
    }

    /// <summary>
    /// Where <paramref name="wanted"/> lies, which must be <paramref name="whole"/> itself or below it; <see langword="null"/> where it lies elsewhere or is no
    /// location. What is wanted is <paramref name="whole"/> where nothing is said.
    /// </summary>
    public StorageLocation? Find(string whole, string? wanted)
    {
        var folder = roots.Resolve(whole);
        if (wanted is null)
            return folder;
        StorageLocation asked;
        try
        {
            asked = roots.Resolve(wanted);
        }
        catch (ObjectStorageException)
        {
            return null;
        }

        if (asked == folder)
            return folder;
        var isBelow =
            asked.RootName == folder.RootName
            && (folder.RelativePath.Length == 0 || asked.RelativePath.StartsWith(folder.RelativePath + "/", StringComparison.Ordinal));
        return isBelow ? asked : null;
    }

    /// <summary>
    /// Credentials that list and read what is below <paramref name="folder"/> and nothing else. Throws <see cref="ObjectStorageException"/>, with
    /// <see cref="ObjectStorageError.Unsupported"/> where the store or its settings do not offer that.
    /// </summary>
    public async Task<LocationCredentials> IssueAsync(StorageLocation folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var source =
            roots.FindTemporaryCredentials(folder.RootName)
            ?? throw new ObjectStorageException(
                ObjectStorageError.Unsupported,
                $"The storage root '{folder.RootName}' gives out no temporary credentials: a local disk has none, and an object store needs settings for it."
            );
        var issued = await source.IssueAsync(folder, options.Value.Lifetime, cancellationToken);
        var credentials = new LocationCredentials { Location = folder.Uri.AbsoluteUri, ExpirationTime = issued.ExpiresAt.ToUnixTimeMilliseconds() };
        return issued switch
        {
            TemporaryCredentials.Aws aws => credentials with
            {
                AwsTempCredentials = new AwsTempCredentials(aws.AccessKeyId, aws.SecretAccessKey, aws.SessionToken),
            },
            TemporaryCredentials.AzureSas azure => credentials with { AzureUserDelegationSas = new AzureUserDelegationSas(azure.SasToken) },
            TemporaryCredentials.GcpOauth gcp => credentials with { GcpOauthToken = new GcpOauthToken(gcp.OauthToken) },
            _ => throw new System.Diagnostics.UnreachableException($"Unknown credentials {issued.GetType().Name}."),
        };
    }
}
