namespace Tideway.ObjectStorage.Http;

/// <summary>The host of an address as it is written in one, and in the header <c>Host</c>.</summary>
internal static class EndpointHost
{
    /// <summary>The host, with the port where it is not the scheme's own. Addresses of IP version 6 keep their brackets, which the ASCII form of a name has not.</summary>
    public static string Of(Uri endpoint)
    {
        var host = endpoint.HostNameType == UriHostNameType.IPv6 ? endpoint.Host : endpoint.IdnHost;
        return endpoint.IsDefaultPort ? host : $"{host}:{endpoint.Port}";
    }
}
