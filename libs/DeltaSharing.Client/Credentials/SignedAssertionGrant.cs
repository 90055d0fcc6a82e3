using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Tideway.DeltaSharing.Protocol;

namespace Tideway.DeltaSharing.Client.Credentials;

/// <summary>A signed assertion of who asks (RFC 7523, section 2.2), made anew for each token.</summary>
internal sealed class SignedAssertionGrant : ITokenGrant
{
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private const int MaxKeyBytes = 64 * 1024;

    // Long enough for clocks that differ, short enough that a copy is soon worthless.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly PrivateKeyCredential credential;
    private readonly SigningCredentials signing;
    private readonly TimeProvider time;

    public SignedAssertionGrant(PrivateKeyCredential credential, DeltaSharingClientOptions options, TimeProvider time)
    {
        this.credential = credential;
        this.time = time;
        signing = new SigningCredentials(ReadKey(credential, options), credential.Algorithm);
        // Signing with a secret that both sides know (HS256) is another credential.
        if (
            credential.Algorithm is not (['R' or 'P' or 'E', 'S', ..])
            || !CryptoProviderFactory.Default.IsSupportedAlgorithm(credential.Algorithm, signing.Key)
        )
            throw Refused($"the algorithm '{credential.Algorithm}' does not go with the private key");
    }

    public Uri TokenEndpoint => credential.TokenEndpoint;

    public HttpRequestMessage Create()
    {
        var now = time.GetUtcNow().UtcDateTime;
        var assertion = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = credential.Issuer,
                Audience = credential.Audience,
                IssuedAt = now,
                NotBefore = now,
                Expires = now + Lifetime,
                Claims = new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    [JwtRegisteredClaimNames.Sub] = credential.ClientId,
                    [JwtRegisteredClaimNames.Jti] = Guid.CreateVersion7().ToString(),
                },
                SigningCredentials = signing,
            }
        );
        var form = new List<KeyValuePair<string, string>>
        {
            new("grant_type", "client_credentials"),
            new("client_id", credential.ClientId),
            new("client_assertion_type", AssertionType),
            new("client_assertion", assertion),
        };
        if (credential.Scope is { } scope)
            form.Add(new("scope", scope));
        return new HttpRequestMessage(HttpMethod.Post, credential.TokenEndpoint) { Content = new FormUrlEncodedContent(form) };
    }

    private static AsymmetricSecurityKey ReadKey(PrivateKeyCredential credential, DeltaSharingClientOptions options)
    {
        if (options.PrivateKeyFolder is not { Length: > 0 } folder)
            throw Refused(
                $"the profile names a file with a private key, and no such file may be read; the setting {options.SettingPrefix}{nameof(options.PrivateKeyFolder)} says where they may lie"
            );
        var root = Path.GetFullPath(folder);
        var path = Path.GetFullPath(credential.PrivateKeyFile, root);
        if (!IsBelow(path, root))
            throw Refused($"the file with the private key is not below {root}");
        try
        {
            // Secrets are often mounted as links to a folder beside them, so links count where they lead to.
            var target = LinkedPath.Resolve(path);
            if (!IsBelow(target, LinkedPath.Resolve(folder)))
                throw Refused($"the file with the private key leads out of {root}");
            var length = new FileInfo(target).Length;
            if (length > MaxKeyBytes)
                throw Refused($"the file with the private key has {length} bytes, more than the {MaxKeyBytes} that a key can have");
            return Import(File.ReadAllText(target), credential);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Refused("the file with the private key cannot be read", exception);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            // What it holds may be anything: not a word of it.
            throw Refused($"the file with the private key holds no key in PEM for {credential.Algorithm}");
        }
    }

    private static bool IsBelow(string path, string folder) =>
        path.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static AsymmetricSecurityKey Import(string pem, PrivateKeyCredential credential)
    {
        if (credential.Algorithm.StartsWith("ES", StringComparison.Ordinal))
        {
            var curve = ECDsa.Create();
            curve.ImportFromPem(pem);
            return new ECDsaSecurityKey(curve) { KeyId = credential.KeyId };
        }

        var rsa = RSA.Create();
        rsa.ImportFromPem(pem);
        return new RsaSecurityKey(rsa) { KeyId = credential.KeyId };
    }

    private static DeltaSharingException Refused(string reason, Exception? inner = null) =>
        new(DeltaSharingError.CredentialRefused, $"The credential cannot be used: {reason}.", inner);
}
