using System.Net;
using System.Net.Sockets;

namespace Tideway.Hosting.Identity;

/// <summary>
/// Counts refusals per address in fixed windows and says who has to wait. Secrets of 256 bits cannot be guessed; this keeps those who try from
/// costing much. Counts in this process only.
/// </summary>
public sealed class RefusalLimit(int perWindow, TimeSpan window, TimeProvider time)
{
    private const int MaxAddresses = 50_000;

    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, (DateTimeOffset Start, int Count)> refusals = [];

    /// <summary>How long the address has to wait before it is heard again; <see langword="null"/> where it is heard now.</summary>
    public TimeSpan? Wait(IPAddress? address)
    {
        lock (gate)
        {
            if (!refusals.TryGetValue(KeyOf(address), out var seen) || seen.Count < perWindow)
                return null;
            var wait = seen.Start + window - time.GetUtcNow();
            return wait > TimeSpan.Zero ? wait : null;
        }
    }

    /// <summary>Counts a refusal; true where it is the one that makes the address wait.</summary>
    public bool Record(IPAddress? address)
    {
        var now = time.GetUtcNow();
        var key = KeyOf(address);
        lock (gate)
        {
            var count = refusals.TryGetValue(key, out var seen) && seen.Start + window > now ? seen.Count + 1 : 1;
            if (count > 1 || refusals.ContainsKey(key) || refusals.Count < MaxAddresses || MakeRoom(now))
                refusals[key] = (count > 1 ? seen.Start : now, count);
            return count == perWindow;
        }
    }

    private bool MakeRoom(DateTimeOffset now)
    {
        foreach (var (key, seen) in refusals)
        {
            if (seen.Start + window <= now)
                refusals.Remove(key);
        }

        return refusals.Count < MaxAddresses;
    }

    // Whoever has one IPv6 address usually has the 2^64 beside it.
    internal static IPAddress KeyOf(IPAddress? address)
    {
        if (address is null)
            return IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
