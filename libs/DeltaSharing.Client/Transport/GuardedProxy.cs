using System.Collections.Concurrent;
using System.Net;

namespace Tideway.DeltaSharing.Client.Transport;

/// <summary>A proxy that is not asked for what is written as a private address; and knows its own address from those of servers.</summary>
internal sealed class GuardedProxy(IWebProxy inner) : IWebProxy
{
    private readonly ConcurrentDictionary<(string Host, int Port), bool> proxies = new();

    public ICredentials? Credentials
    {
        get => inner.Credentials;
        set => inner.Credentials = value;
    }

    public Uri? GetProxy(Uri destination)
    {
        var proxy = inner.GetProxy(destination);
        if (proxy is not null && proxy != destination)
            proxies[(proxy.IdnHost.ToLowerInvariant(), proxy.Port)] = true;
        return proxy;
    }

    // Then the connection is made, and refused, as without a proxy.
    public bool IsBypassed(Uri host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return IsPrivate(host.IdnHost) || inner.IsBypassed(host);
    }

    public bool IsProxy(DnsEndPoint endPoint) => proxies.ContainsKey((endPoint.Host.ToLowerInvariant(), endPoint.Port));

    private static bool IsPrivate(string host) =>
        IPAddress.TryParse(host, out var address)
            ? SharingHandler.IsPrivate(address)
            : host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
}
