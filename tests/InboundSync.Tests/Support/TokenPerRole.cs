using System.Security.Cryptography;
using System.Text;
using Tideway.Hosting.Identity;

namespace Tideway.InboundSync.Tests.Support;

/// <summary>Knows a token for each role: the name of the role.</summary>
internal sealed class TokenPerRole : ICredentialSource
{
    public Task<Credential?> FindAsync(string tokenSha256, CancellationToken cancellationToken)
    {
        var role = Roles.All.FirstOrDefault(role => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(role))) == tokenSha256);
        return Task.FromResult(
            role is null
                ? null
                : new Credential
                {
                    Kind = CredentialKind.Principal,
                    Id = Guid.CreateVersion7(),
                    Name = role + "-principal",
                    ExpiresAt = DateTimeOffset.MaxValue,
                    Roles = [role],
                }
        );
    }
}
