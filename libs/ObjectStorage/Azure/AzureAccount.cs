using System.Security.Cryptography;
using System.Text;

namespace Tideway.ObjectStorage.Azure;

/// <summary>A storage account's name and key, which signs requests and URLs.</summary>
internal sealed class AzureAccount
{
    private readonly byte[] key;

    public AzureAccount(string name, string keyInBase64)
    {
        Name = name;
        key = new byte[keyInBase64.Length];
        if (!Convert.TryFromBase64String(keyInBase64, key, out var length) || length == 0)
            throw new ObjectStorageException(ObjectStorageError.InvalidKey, $"Expected the key of the storage account '{name}' in base64.");
        key = key[..length];
    }

    public string Name { get; }

    /// <summary>HMAC-SHA256 of a text, in base64.</summary>
    public string Sign(string text) => Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
}
