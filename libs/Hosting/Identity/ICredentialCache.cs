using System.Net;

namespace Tideway.Hosting.Identity;

/// <summary>Credentials as this process last saw them: at most 15 seconds old in memory, then Redis where configured, then <see cref="ICredentialSource"/>.</summary>
public interface ICredentialCache
{
    /// <summary>
    /// What the token stands for; <see langword="null"/> where it is unknown, ended or revoked. Throws <see cref="CredentialCheckException"/> where that
    /// cannot be told: a refusal, never a pass. <see cref="TooManyUnknownTokensException"/> where <paramref name="address"/>, the address that the token came
    /// from, brought too many unknown ones.
    /// </summary>
    ValueTask<Credential?> FindAsync(string token, IPAddress? address, CancellationToken cancellationToken);

    /// <summary>Forgets every credential of a recipient or principal, here and in Redis.</summary>
    ValueTask ForgetAsync(Guid ownerId, CancellationToken cancellationToken);
}

/// <summary>A credential could not be checked.</summary>
public class CredentialCheckException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>A credential is not checked before a while has passed, since too many unknown ones came from its address.</summary>
public sealed class TooManyUnknownTokensException(TimeSpan wait)
    : CredentialCheckException($"There were too many unknown tokens from this address; the next is checked in {wait.TotalSeconds:0.###} s.")
{
    /// <summary>How long the address has to wait.</summary>
    public TimeSpan Wait { get; } = wait;
}
