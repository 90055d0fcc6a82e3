using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tideway.Hosting.Cache;
using Tideway.Hosting.Web;

namespace Tideway.Hosting.Identity;

/// <summary>
/// Remembers credentials under the SHA-256 of their token, never the token. How old an answer is counts from when recipient-auth was asked,
/// whichever way it came since.
/// </summary>
internal sealed class CredentialCache(ICredentialSource source, ISharedCache shared, TimeProvider time) : ICredentialCache
{
    public static readonly TimeSpan LongestAge = TimeSpan.FromSeconds(15);
    public static readonly TimeSpan LongestRefusal = TimeSpan.FromSeconds(1);

    // Longer than any answer that was on its way when the owner was forgotten can live.
    private static readonly TimeSpan ForgottenMark = LongestAge * 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CredentialSearches searches = new(time);
    private readonly Lock gate = new();
    private readonly BoundedCache<Credential> known = new(20_000, time);
    private readonly BoundedCache<bool> refused = new(20_000, time);
    private readonly ConcurrentDictionary<string, Lazy<Task<Credential?>>> underway = new(StringComparer.Ordinal);
    private long forgotten;

    public async ValueTask<Credential?> FindAsync(string token, IPAddress? address, CancellationToken cancellationToken)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        if (known.TryGet(key, out var credential, out _))
            return Live(credential);
        if (refused.TryGet(key, out _, out _))
            return null;
        searches.RequireNoFlood(address);
        // One caller's impatience must not end the search of the others, so the search has a limit of its own.
        var search = underway.GetOrAdd(
            key,
            static (k, at) => new Lazy<Task<Credential?>>(() => at.Cache.SearchAsync(k, at.Address)),
            (Cache: this, Address: address)
        );
        return Live(await search.Value.WaitAsync(cancellationToken));
    }

    public async ValueTask ForgetAsync(Guid ownerId, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            forgotten++;
            known.RemoveWhere(credential => credential.Id == ownerId);
            refused.RemoveWhere(static _ => true);
        }

        if (shared.IsShared)
            await shared.KeepAsync(ForgottenKey(ownerId), [1], ForgottenMark, cancellationToken);
    }

    private Credential? Live(Credential? credential) => credential is not null && credential.ExpiresAt > time.GetUtcNow() ? credential : null;

    private async Task<Credential?> SearchAsync(string key, IPAddress? address)
    {
        var start = time.GetTimestamp();
        var before = Interlocked.Read(ref forgotten);
        using var timeout = new CancellationTokenSource(Patience, time);
        try
        {
            if (await FindSharedAsync(key, timeout.Token) is var (remembered, remaining))
            {
                Remember(key, remembered, remaining, before);
                return remembered;
            }

            var credential = await searches.RunAsync(address, () => source.FindAsync(key, timeout.Token), timeout.Token);
            var lifetime = LongestAge - time.GetElapsedTime(start);
            if (Live(credential) is null)
            {
                searches.Unknown(address);
                Refuse(key, before);
                return credential;
            }

            searches.Found(address);
            if (Remember(key, credential!, lifetime, before) && shared.IsShared)
                await shared.KeepAsync(CredentialKey(key), JsonSerializer.SerializeToUtf8Bytes(credential, ManagementJson.Options), lifetime, timeout.Token);
            return credential;
        }
        catch (Exception exception) when (exception is not TooManyUnknownTokensException)
        {
            throw new CredentialCheckException($"A credential could not be checked: {exception.Message}", exception);
        }
        finally
        {
            underway.TryRemove(key, out _);
        }
    }

    private async Task<(Credential Credential, TimeSpan Remaining)?> FindSharedAsync(string key, CancellationToken cancellationToken)
    {
        if (!shared.IsShared || await shared.FindAsync(CredentialKey(key), cancellationToken) is not { } found)
            return null;
        var credential = JsonSerializer.Deserialize<Credential>(found.Value, ManagementJson.Options)!;
        return await shared.FindAsync(ForgottenKey(credential.Id), cancellationToken) is null ? (credential, found.Remaining) : null;
    }

    // An answer that was on its way while something was forgotten may be the one that is no longer true: it serves its caller and is not kept.
    private bool Remember(string key, Credential credential, TimeSpan lifetime, long before)
    {
        lock (gate)
        {
            if (before != forgotten)
                return false;
            known.Set(key, credential, lifetime);
            return true;
        }
    }

    private void Refuse(string key, long before)
    {
        lock (gate)
        {
            if (before == forgotten)
                refused.Set(key, true, LongestRefusal);
        }
    }

    private static string CredentialKey(string key) => "credential:" + key;

    private static string ForgottenKey(Guid ownerId) => "credential-forgotten:" + ownerId.ToString("N");
}
