using System.Security.Cryptography;
using Tideway.Hosting.Secrets;

namespace Tideway.CdfPublisher.Subscriptions;

/// <summary>Makes the keys that notices are signed with, and keeps them encrypted.</summary>
internal sealed class SubscriptionSecrets(SecretProtector protector)
{
    private const string Context = "cdf-publisher/subscription-secret";
    private const int Bytes = 32;

    /// <summary>A new key.</summary>
    public static SubscriptionSecret Create() => new(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>The key as the database may hold it.</summary>
    public byte[] Protect(SubscriptionSecret secret) => protector.Protect(secret.Key, Context);

    /// <summary>The key out of the database.</summary>
    public byte[] Open(byte[] secret) => protector.Unprotect(secret, Context);
}

/// <summary>A key that a recipient checks signatures with.</summary>
internal sealed record SubscriptionSecret(byte[] Key)
{
    /// <summary>As Standard Webhooks writes it.</summary>
    public string Text => "whsec_" + Convert.ToBase64String(Key);
}
