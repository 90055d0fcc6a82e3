using System.Net;
using Microsoft.Extensions.Options;
using Tideway.CdfPublisher.Deliveries;

namespace Tideway.CdfPublisher.Partners;

/// <summary>Where notices may go. An endpoint is a partner's word: without these rules it could name anything that this machine can reach.</summary>
internal sealed class EndpointPolicy(IOptions<DeliveryOptions> options)
{
    private const int MaxLength = 2048;

    /// <summary>The endpoint in its one spelling; null with a reason where it is not acceptable whatever it leads to.</summary>
    public Uri? Parse(string? text, out string? fault)
    {
        fault = null;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength || !Uri.TryCreate(text, UriKind.Absolute, out var uri))
            fault = $"endpoint: expected an absolute https address of at most {MaxLength} characters, got '{text}'.";
        else if (uri.Scheme != Uri.UriSchemeHttps && !(uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback && options.Value.AllowInsecureLoopback))
            fault = $"endpoint: expected https, got '{uri.Scheme}'.";
        else if (uri.UserInfo.Length > 0)
            fault = "endpoint: expected no user name or password in the address.";
        else if (uri.Fragment.Length > 0)
            fault = "endpoint: expected no fragment in the address.";
        else
            return uri;
        return null;
    }

    /// <summary>Those of a host's addresses that may be connected to. Throws <see cref="EndpointRefusedException"/> where none may.</summary>
    public IReadOnlyList<IPAddress> Choose(string host, IReadOnlyList<IPAddress> addresses)
    {
        var chosen = addresses.Where(address => MayConnect(host, address)).ToList();
        // Which address it was is for nobody outside to know.
        return chosen.Count > 0 ? chosen : throw new EndpointRefusedException($"The endpoint's host '{host}' has no address that notices may be sent to.");
    }

    private bool MayConnect(string host, IPAddress address) =>
        PublicAddress.Is(address)
        || (options.Value.AllowInsecureLoopback && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address))
        || options.Value.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase);
}
