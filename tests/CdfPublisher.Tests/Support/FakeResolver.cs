using System.Net;
using Tideway.CdfPublisher.Partners;

namespace Tideway.CdfPublisher.Tests.Support;

/// <summary>Host names lead where the test says; all others where the system says.</summary>
internal sealed class FakeResolver : IAddressResolver
{
    public Dictionary<string, string[]> Hosts { get; } = new(StringComparer.OrdinalIgnoreCase);

    public async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) =>
        Hosts.TryGetValue(host, out var addresses) ? [.. addresses.Select(IPAddress.Parse)] : await Dns.GetHostAddressesAsync(host, cancellationToken);
}
