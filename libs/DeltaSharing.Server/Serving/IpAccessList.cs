using System.Net;
using System.Net.Sockets;

namespace Tideway.DeltaSharing.Server.Serving;

/// <summary>The addresses and CIDR ranges, IPv4 and IPv6, that a recipient may come from.</summary>
public static class IpAccessList
{
    /// <summary>
    /// Whether <paramref name="address"/> is on the list; an empty list allows any. An entry that cannot be read allows nobody, and without
    /// an address only the empty list allows.
    /// </summary>
    public static bool Allows(IReadOnlyList<string> entries, IPAddress? address)
    {
        ArgumentNullException.ThrowIfNull(entries);
        if (entries.Count == 0)
            return true;
        if (address is null)
            return false;
        // A dual-mode socket shows an IPv4 client as ::ffff:a.b.c.d.
        var source = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var entry in entries)
        {
            if (Contains(entry, source))
                return true;
        }

        return false;
    }

    private static bool Contains(string entry, IPAddress source)
    {
        var slash = entry.IndexOf('/');
        if (!IPAddress.TryParse(slash < 0 ? entry : entry.AsSpan(0, slash), out var network))
            return false;
        var bits = network.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var prefix = bits;
        if (slash >= 0 && (!int.TryParse(entry.AsSpan(slash + 1), out prefix) || prefix < 0 || prefix > bits))
            return false;
        if (network.IsIPv4MappedToIPv6 && prefix >= 96)
        {
            network = network.MapToIPv4();
            prefix -= 96;
        }

        return network.AddressFamily == source.AddressFamily && SamePrefix(network, source, prefix);
    }

    private static bool SamePrefix(IPAddress network, IPAddress source, int prefix)
    {
        Span<byte> left = stackalloc byte[16];
        Span<byte> right = stackalloc byte[16];
        network.TryWriteBytes(left, out _);
        source.TryWriteBytes(right, out _);
        var whole = prefix / 8;
        if (!left[..whole].SequenceEqual(right[..whole]))
            return false;
        var mask = (byte)(0xFF00 >> (prefix % 8));
        return prefix % 8 == 0 || (left[whole] & mask) == (right[whole] & mask);
    }
}
