using Microsoft.Extensions.Options;
using Tideway.Hosting.Web;

namespace Tideway.RecipientAuth.Activation;

/// <summary>Addresses that partners are given, below the organisation's public one.</summary>
internal sealed class ActivationAddress(IOptions<PublicOptions> options)
{
    /// <summary>Where the protocol is served; goes into credential files.</summary>
    public Uri SharingEndpoint => options.Value.At("/delta-sharing");

    /// <summary>Where clients get access tokens; goes into credential files.</summary>
    public Uri TokenEndpoint => options.Value.At(OAuth.TokenEndpoint.Path);

    /// <summary>Where a link is opened.</summary>
    public Uri Of(string nonce) => options.Value.At($"{ActivationEndpoints.Path}/data_sharing_activation/{nonce}");
}
