namespace Tideway.Hosting.Identity;

/// <summary>Credentials as this process last saw them: at most 15 seconds old in memory, then Redis where configured, then <see cref="ICredentialSource"/>.</summary>
public interface ICredentialCache
{
    /// <summary>What the token stands for; <see langword="null"/> where it is unknown, ended or revoked. Throws <see cref="CredentialCheckException"/> where that cannot be told: a refusal, never a pass.</summary>
    ValueTask<Credential?> FindAsync(string token, CancellationToken cancellationToken);

    /// <summary>Forgets every credential of a recipient or principal, here and in Redis.</summary>
    ValueTask ForgetAsync(Guid ownerId, CancellationToken cancellationToken);
}

/// <summary>A credential could not be checked.</summary>
public sealed class CredentialCheckException(string message, Exception innerException) : Exception(message, innerException);
