using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Tideway.Hosting.Identity;

namespace Tideway.ShareRegistry.Tests.Hosts;

/// <summary>The credentials that there are, in place of recipient-auth.</summary>
internal sealed class KnownCredentials : ICredentialSource
{
    private readonly ConcurrentDictionary<string, Credential> known = new(StringComparer.Ordinal);

    /// <summary>Set while credentials cannot be checked.</summary>
    public bool IsDown { get; set; }

    public void Add(string token, Credential credential) => known[HashOf(token)] = credential;

    public void Remove(string token) => known.TryRemove(HashOf(token), out _);

    public Task<Credential?> FindAsync(string tokenSha256, CancellationToken cancellationToken) =>
        IsDown ? throw new HttpRequestException("recipient-auth does not answer") : Task.FromResult(known.GetValueOrDefault(tokenSha256));

    private static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
