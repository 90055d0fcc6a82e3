using System.Security.Cryptography;
using Tideway.Hosting.Secrets;

namespace Tideway.CdfPublisher.Subscriptions;

/// <summary>Makes the keys that notices are signed with, and keeps them encrypted.</summary>
internal sealed class SubscriptionSecrets(SecretProtector protector)
{
    private const string Purpose = "subscription";
    private const string Prefix = "whsec_";
    private const int Bytes = 32;

    /// <summary>A new key as Standard Webhooks writes it.</summary>
    public static string Create() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>The key as the database may hold it.</summary>
    public string Protect(string secret, Guid subscriptionId) => protector.Protect(secret, Purpose, subscriptionId.ToString());

    /// <summary>The bytes of a key out of the database.</summary>
    public byte[] Open(string envelope, Guid subscriptionId) =>
        Convert.FromBase64String(protector.Unprotect(envelope, Purpose, subscriptionId.ToString())[Prefix.Length..]);
}
