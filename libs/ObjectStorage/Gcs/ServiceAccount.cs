using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Tideway.ObjectStorage.Gcs;

/// <summary>A service account and its key, from the key file that Google gives out. Has no text form, so that the key gets into no message.</summary>
internal sealed class ServiceAccount : IDisposable
{
    // Whether an RSA object may be used by several threads at once is not promised.
    private readonly ThreadLocal<RSA> key;

    private ServiceAccount(string email, string privateKey, Uri tokenUri)
    {
        Email = email;
        TokenUri = tokenUri;
        key = new ThreadLocal<RSA>(
            () =>
            {
                var rsa = RSA.Create();
                rsa.ImportFromPem(privateKey);
                return rsa;
            },
            trackAllValues: true
        );
        _ = key.Value;
    }

    public string Email { get; }

    /// <summary>Where the account gets tokens.</summary>
    public Uri TokenUri { get; }

    /// <summary>Reads a key file. Throws <see cref="ObjectStorageError.AccessDenied"/> where it is none.</summary>
    public static ServiceAccount Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ObjectStorageException(
                ObjectStorageError.AccessDenied,
                $"The service account's key file '{path}' cannot be read: {exception.Message}",
                exception
            );
        }
        catch (Exception exception)
            when (exception
                    is JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
                        or ArgumentException
                        or CryptographicException
                        or UriFormatException
            )
        {
            // Not the exception itself, which could show a piece of the key.
            throw new ObjectStorageException(
                ObjectStorageError.AccessDenied,
                $"Expected '{path}' to be the JSON key file of a service account, with client_email, private_key and token_uri."
            );
        }
    }

    public static ServiceAccount Parse(string json)
    {
        using var file = JsonDocument.Parse(json);
        return new ServiceAccount(
            file.RootElement.GetProperty("client_email").GetString()!,
            file.RootElement.GetProperty("private_key").GetString()!,
            new Uri(file.RootElement.GetProperty("token_uri").GetString()!)
        );
    }

    /// <summary>RSA signature with SHA-256.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data) => key.Value!.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    /// <summary>A signed statement that gets the account a token. See <see href="https://datatracker.ietf.org/doc/html/rfc7523">RFC 7523</see>.</summary>
    public string Assertion(string scope, DateTimeOffset now)
    {
        var claims = JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["iss"] = Email,
                ["scope"] = scope,
                ["aud"] = TokenUri.OriginalString,
                ["iat"] = now.ToUnixTimeSeconds(),
                ["exp"] = now.ToUnixTimeSeconds() + 3600,
            }
        );
        var signed = $"{Base64Url.EncodeToString("""{"alg":"RS256","typ":"JWT"}"""u8)}.{Base64Url.EncodeToString(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    public void Dispose()
    {
        foreach (var rsa in key.Values)
            rsa.Dispose();
        key.Dispose();
    }
}
