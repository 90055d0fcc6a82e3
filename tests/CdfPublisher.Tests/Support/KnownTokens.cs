using System.Security.Cryptography;
using System.Text;
using Tideway.Hosting.Identity;

namespace Tideway.CdfPublisher.Tests.Support;

/// <summary>Knows a token for each role, the name of the role, and a token for each recipient that a test makes up.</summary>
internal sealed class KnownTokens : ICredentialSource
{
    private readonly Dictionary<string, Credential> credentials = [];

    public KnownTokens()
    {
        foreach (var role in Roles.All)
        {
            credentials[HashOf(role)] = new Credential
            {
                Kind = CredentialKind.Principal,
                Id = Guid.CreateVersion7(),
                Name = role + "-principal",
                ExpiresAt = DateTimeOffset.MaxValue,
                Roles = [role],
            };
        }
    }

    public Credential AddRecipient(string token, Guid id, string name, params string[] allowedAddresses)
    {
        var credential = new Credential
        {
            Kind = CredentialKind.Recipient,
            Id = id,
            Name = name,
            ExpiresAt = DateTimeOffset.MaxValue,
            AllowedIpAddresses = allowedAddresses,
        };
        credentials[HashOf(token)] = credential;
        return credential;
    }

    public Task<Credential?> FindAsync(string tokenSha256, CancellationToken cancellationToken) => Task.FromResult(credentials.GetValueOrDefault(tokenSha256));

    private static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
