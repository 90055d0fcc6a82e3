namespace Tideway.Hosting.Identity;

/// <summary>Where credentials are kept: recipient-auth itself, or its introspection endpoint.</summary>
public interface ICredentialSource
{
    /// <summary>What the token with this SHA-256 (lower-case hex) stands for; <see langword="null"/> where it is unknown, ended or revoked. Throws where that cannot be told.</summary>
    Task<Credential?> FindAsync(string tokenSha256, CancellationToken cancellationToken);
}
