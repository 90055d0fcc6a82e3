namespace Tideway.DeltaSharing.Protocol;

/// <summary>Headers and media types of the protocol.</summary>
public static class HeaderNames
{
    /// <summary>What the client can take in a request, what was used in an answer. See <see cref="SharingCapabilities"/>.</summary>
    public const string Capabilities = "delta-sharing-capabilities";

    /// <summary>The table version that an answer is about.</summary>
    public const string TableVersion = "Delta-Table-Version";

    /// <summary>How file ids are made: <c>parquet</c> or <c>delta</c>; echoed in lower case.</summary>
    public const string FileIdHash = "fileidhash";

    /// <summary>The id that the server gives an exchange.</summary>
    public const string RequestId = "x-request-id";

    /// <summary>The id that a client may give an exchange; echoed.</summary>
    public const string ClientRequestId = "x-client-request-id";

    /// <summary>The media type of table answers: one JSON object a line.</summary>
    public const string Ndjson = "application/x-ndjson; charset=utf-8";

    /// <summary>The media type of list answers.</summary>
    public const string Json = "application/json; charset=utf-8";
}
