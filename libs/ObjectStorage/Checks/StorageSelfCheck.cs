using System.Net;
using Tideway.ObjectStorage.Http;
using Tideway.ObjectStorage.Roots;

namespace Tideway.ObjectStorage.Checks;

/// <summary>
/// Tries what a service will ask of a root in an object store, the way it will: lists, signs an address and reads it back as a stranger would, and, where
/// the root is written to, whether two can write the same object.
/// </summary>
/// <param name="roots">The roots.</param>
public sealed class StorageSelfCheck(StorageRoots roots)
{
    // No object has that name; the answer that there is none needs a signature that is right.
    private const string NoObject = "_tideway_probe/none";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(20);

    /// <summary>Whether a root lies in an object store; what lies on a local disk is not for this check.</summary>
    public bool Covers(string rootName) => roots.FindRemote(rootName) is not null;

    /// <summary>Which source of credentials a root in an object store uses, without a secret; <see langword="null"/> for other roots.</summary>
    public string? FindIdentity(string rootName) => roots.FindRemote(rootName)?.Identity;

    /// <summary>Why credentials of a root could not be renewed in time, which are good still; <see langword="null"/> where nothing is wrong.</summary>
    public string? FindRenewalFault(string rootName) => roots.FindRemote(rootName)?.RenewalFault;

    /// <summary>The first thing that is wrong with a root; <see langword="null"/> where nothing is, or where the root is none in an object store.</summary>
    /// <param name="rootName">The root.</param>
    /// <param name="isWritten">Whether it is written to.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    public async Task<StorageFault?> FindFaultAsync(string rootName, bool isWritten, CancellationToken cancellationToken = default)
    {
        if (roots.FindRemote(rootName) is not { } root)
            return null;
        var step = StorageStep.List;
        try
        {
            var store = root.Open("");
            var key = await FindKeyAsync(store, cancellationToken).ConfigureAwait(false);
            step = StorageStep.Sign;
            await root.PrepareSigningAsync(Lifetime, cancellationToken).ConfigureAwait(false);
            var url = root.Sign("", key ?? NoObject, Lifetime);
            step = StorageStep.ReadBack;
            await ReadBackAsync(root, url.Url, cancellationToken).ConfigureAwait(false);
            step = StorageStep.PutIfAbsent;
            if (isWritten)
                await root.Conditions.RequireAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (ObjectStorageException exception)
        {
            return new StorageFault(rootName, root.Location.At(""), step, exception.Message, root.Advise(exception)) { Identity = root.Identity };
        }
    }

    private static async Task<string?> FindKeyAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        await foreach (var found in store.ListAsync("", cancellationToken: cancellationToken).ConfigureAwait(false))
            return found.Key;
        return null;
    }

    private static Task<bool> ReadBackAsync(IRemoteRoot root, string url, CancellationToken cancellationToken)
    {
        var address = new Uri(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new StoreRequest(
            "read",
            root.Location.At("").ToString(),
            BodyLength: 0,
            _ =>
            {
                var message = new HttpRequestMessage(HttpMethod.Get, address);
                message.Headers.Range = new System.Net.Http.Headers.RangeHeaderValue(0, 0);
                return ValueTask.FromResult(message);
            }
        );
        return root.Http.SendAsync(
            request,
            async (response, _, token) =>
            {
                using (response)
                {
                    // An empty object has no first byte. That an object is not there is told only to whoever may read it.
                    if (response.IsSuccessStatusCode || response.StatusCode is HttpStatusCode.RequestedRangeNotSatisfiable or HttpStatusCode.NotFound)
                        return true;
                    throw StoreFailure.Of(await StoreAnswer.ReadAsync(response, token).ConfigureAwait(false), request.Action, request.Address);
                }
            },
            cancellationToken
        );
    }
}
