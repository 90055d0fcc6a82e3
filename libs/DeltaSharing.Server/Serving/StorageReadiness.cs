using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Health;
using Tideway.ObjectStorage;
using Tideway.ObjectStorage.Signing;

namespace Tideway.DeltaSharing.Server.Serving;

/// <summary>
/// Ready while every storage root can be listed and, where it holds anything, an address of an object is signed, found good and read back.
/// Nothing is written: the tables belong to others. Object stores are tried by <see cref="StorageWatch"/>, whose latest finding counts.
/// </summary>
internal sealed class StorageReadiness(IOptions<StorageRootOptions> options, IServiceProvider services, StorageWatch watch) : IReadinessCheck
{
    private static readonly TimeSpan ProbeLifetime = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    public string Name => "storage";

    /// <inheritdoc />
    public async Task<Readiness> CheckAsync(CancellationToken cancellationToken)
    {
        foreach (var name in options.Value.Roots.Keys)
        {
            if (await FindFaultAsync(name, cancellationToken) is { } fault)
                return new Readiness(false, $"{name}: {fault}");
        }

        return new Readiness(true, string.Join(", ", options.Value.Roots.Keys));
    }

    private async Task<string?> FindFaultAsync(string name, CancellationToken cancellationToken)
    {
        // Asked for only here, so that a root that is not there makes the process unready and says why.
        var roots = services.GetRequiredService<StorageRoots>();
        var location = roots.Locate(name, "");
        if (!location.Uri.IsFile)
            return watch.FindFault(name);
        if (!Directory.Exists(location.Uri.LocalPath))
            return "the folder is gone";
        var store = roots.Open(location);
        await foreach (var found in store.ListAsync("", cancellationToken: cancellationToken))
        {
            var url = new Uri(services.GetRequiredService<IUrlSigner>().Sign(location, found.Key, ProbeLifetime, "readiness").Url);
            if (services.GetRequiredService<LocalUrlVerifier>().Verify(name, found.Key, url.Query) is not LocalUrlVerification.Valid)
                return "an address signed just now is not found good";
            await using var content = await store.OpenReadAsync(found.Key, new ByteRange(0, 1), cancellationToken);
            return found.Size == 0 || await content.ReadAsync(new byte[1], cancellationToken) == 1 ? null : $"'{found.Key}' cannot be read back";
        }

        return null;
    }
}
