using System.Net;
using System.Net.Sockets;

namespace Tideway.CdfPublisher.Partners;

/// <summary>Tells addresses of the public internet from all others.</summary>
internal static class PublicAddress
{
    // https://www.iana.org/assignments/iana-ipv4-special-registry
    private static readonly IPNetwork[] SpecialIPv4 =
    [
        IPNetwork.Parse("0.0.0.0/8"),
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("100.64.0.0/10"),
        IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.0.0.0/24"),
        IPNetwork.Parse("192.0.2.0/24"),
        IPNetwork.Parse("192.88.99.0/24"),
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("198.18.0.0/15"),
        IPNetwork.Parse("198.51.100.0/24"),
        IPNetwork.Parse("203.0.113.0/24"),
        IPNetwork.Parse("224.0.0.0/3"),
    ];

    // https://www.iana.org/assignments/iana-ipv6-special-registry: of the one block that is in use, what is not for everybody. Among it the
    // tunnels, whose addresses hold an IPv4 address that nobody checked.
    private static readonly IPNetwork GlobalIPv6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] SpecialIPv6 =
    [
        IPNetwork.Parse("2001::/23"),
        IPNetwork.Parse("2001:db8::/32"),
        IPNetwork.Parse("2002::/16"),
        IPNetwork.Parse("3fff::/20"),
    ];

    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => !Array.Exists(SpecialIPv4, network => network.Contains(address)),
            AddressFamily.InterNetworkV6 => GlobalIPv6.Contains(address) && !Array.Exists(SpecialIPv6, network => network.Contains(address)),
            _ => false,
        };
    }
}
