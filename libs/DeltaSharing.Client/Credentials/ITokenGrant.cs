namespace Tideway.DeltaSharing.Client.Credentials;

/// <summary>What is shown to a token endpoint for a token (RFC 6749, section 4).</summary>
internal interface ITokenGrant
{
    Uri TokenEndpoint { get; }

    /// <summary>A request for a new token, complete.</summary>
    HttpRequestMessage Create();

    /// <summary>Whether the next request shows the same in another form, since a server may not have understood the one that it refused.</summary>
    bool TryAnotherForm() => false;
}
