using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Tideway.Hosting.Identity;

namespace Tideway.Hosting.Tests.Hosts;

/// <summary>Credentials in memory, with a count of the questions and a way to fail or hold the answers.</summary>
internal sealed class FakeCredentialSource : ICredentialSource
{
    private readonly ConcurrentDictionary<string, Credential> credentials = new(StringComparer.Ordinal);
    private int asked;

    public int Asked => Volatile.Read(ref asked);

    public Exception? Failure { get; set; }

    public Func<Task>? BeforeAnswer { get; set; }

    public Credential Add(string token, CredentialKind kind, params string[] roles) => Add(token, kind, DateTimeOffset.MaxValue, roles);

    public Credential Add(string token, CredentialKind kind, DateTimeOffset expiresAt, params string[] roles)
    {
        var credential = new Credential
        {
            Kind = kind,
            Id = Guid.CreateVersion7(),
            Name = "owner-of-" + token,
            ExpiresAt = expiresAt,
            Roles = roles,
        };
        credentials[Sha256(token)] = credential;
        return credential;
    }

    public void Remove(string token) => credentials.TryRemove(Sha256(token), out _);

    public async Task<Credential?> FindAsync(string tokenSha256, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref asked);
        var answer = credentials.GetValueOrDefault(tokenSha256);
        if (BeforeAnswer is { } wait)
            await wait();
        return Failure is null ? answer : throw Failure;
    }

    public static string Sha256(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
