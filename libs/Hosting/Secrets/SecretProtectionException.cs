namespace Tideway.Hosting.Secrets;

/// <summary>Why a secret could not be encrypted or decrypted.</summary>
public enum SecretProtectionError
{
    /// <summary>There is no usable key.</summary>
    NoKey,

    /// <summary>It was encrypted with a key that is not among ours.</summary>
    UnknownKey,

    /// <summary>It is not something that <see cref="SecretProtector"/> made.</summary>
    Malformed,

    /// <summary>It was changed, or belongs to another record or purpose.</summary>
    Tampered,
}

/// <summary>A secret could not be encrypted or decrypted.</summary>
public sealed class SecretProtectionException(SecretProtectionError error, string message) : Exception(message)
{
    /// <summary>Why.</summary>
    public SecretProtectionError Error { get; } = error;
}
