using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Tideway.ObjectStorage;
using Tideway.ObjectStorage.Signing;

namespace Tideway.DeltaSharing.Server.Serving;

/// <summary>
/// Ready while every storage root can be listed and, where it holds anything, an address of an object is signed, found good and read back.
/// Nothing is written: the tables belong to others.
/// </summary>
internal sealed class StorageCheck(
    IOptions<StorageRootOptions> roots,
    IServiceProvider services,
    TimeProvider time
) : IHealthCheck
{
    private static readonly TimeSpan ProbeLifetime = TimeSpan.FromMinutes(1);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        foreach (var name in roots.Value.Roots.Keys)
        {
            try
            {
                if (await FindFaultAsync(name, cancellationToken) is { } fault)
                    return HealthCheckResult.Unhealthy($"Storage root '{name}': {fault}");
            }
            catch (ObjectStorageException exception)
            {
                return HealthCheckResult.Unhealthy($"Storage root '{name}': {exception.Message}", exception);
            }
        }

        return HealthCheckResult.Healthy();
    }

    private async Task<string?> FindFaultAsync(string name, CancellationToken cancellationToken)
    {
        // Asked for only here, so that a root that is gone makes the process unready rather than unable to say so.
        var storage = (StorageRoots)services.GetService(typeof(StorageRoots))!;
        var signer = (IUrlSigner)services.GetService(typeof(IUrlSigner))!;
        var verifier = (LocalUrlVerifier)services.GetService(typeof(LocalUrlVerifier))!;
        var location = storage.Locate(name, "");
        if (location.Uri.IsFile && !Directory.Exists(location.Uri.LocalPath))
            return "the folder is gone.";
        var store = storage.Open(location);
        await foreach (var found in store.ListAsync("", cancellationToken: cancellationToken))
        {
            var url = new Uri(signer.Sign(location, found.Key, ProbeLifetime, $"readiness-{time.GetUtcNow().ToUnixTimeSeconds()}").Url);
            if (verifier.Verify(name, found.Key, url.Query) is not LocalUrlVerification.Valid)
                return "an address signed just now is not found good.";
            await using var content = await store.OpenReadAsync(found.Key, new ByteRange(0, 1), cancellationToken);
            if (found.Size > 0 && await content.ReadAsync(new byte[1], cancellationToken) == 0)
                return $"'{found.Key}' cannot be read back.";
            break;
        }

        return null;
    }
}
