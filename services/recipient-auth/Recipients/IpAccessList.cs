using System.Net;
using System.Net.Sockets;

namespace Tideway.RecipientAuth.Recipients;

/// <summary>Addresses and CIDR ranges, IPv4 and IPv6, from which a recipient may come. An empty list lets everyone in.</summary>
internal sealed class IpAccessList
{
    /// <summary>Most entries of one recipient.</summary>
    public const int MaxEntries = 100;

    private readonly IPNetwork[] networks;

    private IpAccessList(IPNetwork[] networks, IReadOnlyList<string> entries)
    {
        this.networks = networks;
        Entries = entries;
    }

    public static IpAccessList Everyone { get; } = new([], []);

    /// <summary>The entries in canonical form: a single address without its length, a range with the bits after its length zero.</summary>
    public IReadOnlyList<string> Entries { get; }

    /// <summary>Reads entries as a person wrote them.</summary>
    public static Outcome<IpAccessList> Parse(IReadOnlyList<string?> entries)
    {
        const string Field = "ip_access_list.allowed_ip_addresses";
        if (entries.Count > MaxEntries)
            return Refusal.Invalid(Field, $"at most {MaxEntries} entries", $"{entries.Count} entries");
        var read = new List<IPNetwork>(entries.Count);
        foreach (var entry in entries)
        {
            if (ParseEntry(entry) is not { } network)
                return Refusal.Invalid(Field, "IPv4 or IPv6 addresses, or CIDR ranges whose bits after the length are zero", entry);
            if (!read.Contains(network))
                read.Add(network);
        }

        return Of(read);
    }

    /// <summary>Reads entries that <see cref="Parse"/> let pass before.</summary>
    public static IpAccessList OfStored(IReadOnlyList<string> entries) =>
        Of([
            .. entries.Select(e =>
                ParseEntry(e) ?? throw new InvalidOperationException($"The stored IP access list holds '{e}', which is no address or range.")
            ),
        ]);

    /// <summary>Whether a request from this address is let in. An address that is not known is let in only where everyone is.</summary>
    public bool Allows(IPAddress? address)
    {
        if (networks.Length == 0)
            return true;
        if (address is null)
            return false;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return networks.Any(n => n.BaseAddress.AddressFamily == plain.AddressFamily && n.Contains(plain));
    }

    private static IpAccessList Of(IReadOnlyList<IPNetwork> read) => new([.. read], [.. read.Select(Canonical)]);

    private static string Canonical(IPNetwork network) =>
        network.PrefixLength == BitsOf(network.BaseAddress) ? network.BaseAddress.ToString() : network.ToString();

    private static int BitsOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;

    private static IPNetwork? ParseEntry(string? entry)
    {
        if (entry is null)
            return null;
        var slash = entry.IndexOf('/', StringComparison.Ordinal);
        if (ParseAddress(slash < 0 ? entry : entry[..slash]) is not { } address)
            return null;
        if (slash < 0)
            return new IPNetwork(address, BitsOf(address));
        var digits = entry[(slash + 1)..];
        if (digits.Length is 0 or > 3 || !digits.All(char.IsAsciiDigit) || (digits.Length > 1 && digits[0] == '0'))
            return null;
        return IPNetwork.TryParse($"{address}/{digits}", out var network) && network.BaseAddress.Equals(address) ? network : null;
    }

    // The framework also reads 10.1 as 10.0.0.1, 010.0.0.1 as 8.0.0.1, and zones and brackets; a list that guards data takes none of these.
    private static IPAddress? ParseAddress(string text)
    {
        if (!IPAddress.TryParse(text, out var address) || address.IsIPv4MappedToIPv6)
            return null;
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return string.Equals(address.ToString(), text, StringComparison.Ordinal) ? address : null;
        return text.AsSpan().IndexOfAny('%', '[', ']') < 0 ? address : null;
    }
}
