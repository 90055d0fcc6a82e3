namespace Tideway.ObjectStorage.Signing;

/// <summary>An address that lets anybody who has it read one object for a while.</summary>
/// <param name="Url">The absolute address, percent-encoded.</param>
/// <param name="ExpiresAt">From when on it is refused; whole seconds.</param>
public readonly record struct SignedUrl(string Url, DateTimeOffset ExpiresAt);
