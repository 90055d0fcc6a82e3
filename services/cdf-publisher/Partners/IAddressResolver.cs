using System.Net;

namespace Tideway.CdfPublisher.Partners;

/// <summary>Where host names lead.</summary>
internal interface IAddressResolver
{
    Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken);
}

/// <summary>As the operating system says.</summary>
internal sealed class SystemAddressResolver : IAddressResolver
{
    public async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) =>
        await Dns.GetHostAddressesAsync(host, cancellationToken);
}
