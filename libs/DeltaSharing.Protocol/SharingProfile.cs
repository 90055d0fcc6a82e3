using System.Text;

namespace Tideway.DeltaSharing.Protocol;

/// <summary>
/// A recipient's profile file: where a server is and the credential for it. Treat it as a secret; <see cref="ToString"/> leaves secrets out.
/// </summary>
/// <remarks>The protocol describes version 1, which has a bearer token. Version 2 is what shipped clients read: the type of the credential is named.</remarks>
public sealed record SharingProfile
{
    /// <summary>The version that the protocol describes, for bearer tokens.</summary>
    public const int BearerVersion = 1;

    /// <summary>The version for every other credential.</summary>
    public const int TypedVersion = 2;

    /// <summary>The server's prefix, such as <c>https://share.example.com/delta-sharing</c>; does not end with a slash.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>How the owner shows who it is.</summary>
    public required ProfileCredential Credential { get; init; }

    /// <summary>
    /// From when on the credential is refused, where the server said so: a time without an offset is one of UTC. <see langword="null"/> where it said nothing, or
    /// what is no time.
    /// </summary>
    public DateTimeOffset? ExpirationTime { get; init; }

    /// <summary>The share's Iceberg REST catalog, where the server has one.</summary>
    public Uri? IcebergEndpoint { get; init; }

    /// <summary>The version of the file: 1 for a bearer token, which every client reads, else 2.</summary>
    public int Version => Credential is BearerTokenCredential ? BearerVersion : TypedVersion;

    /// <summary>
    /// Reads a profile file. Throws <see cref="SharingProtocolException"/>: <see cref="SharingProtocolError.Unsupported"/> for versions and
    /// types of credentials that are not known, else <see cref="SharingProtocolError.Malformed"/>. No message holds a secret.
    /// </summary>
    public static SharingProfile Parse(ReadOnlySpan<byte> json) => ProfileJson.Read(json);

    /// <summary>The profile file.</summary>
    public byte[] ToJson() => ProfileJson.Write(this);

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Endpoint = ").Append(Endpoint).Append(", Credential = ").Append(Credential).Append(", ExpirationTime = ").Append(ExpirationTime);
        return true;
    }
}
