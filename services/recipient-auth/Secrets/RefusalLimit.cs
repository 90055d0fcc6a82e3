using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http.HttpResults;
using Tideway.Hosting.Web;

namespace Tideway.RecipientAuth.Secrets;

/// <summary>
/// Counts refusals per address in fixed windows and says who has to wait. Secrets of 256 bits cannot be guessed; this keeps those who try from
/// costing much. Counts in this process only.
/// </summary>
internal sealed class RefusalLimit(int perWindow, TimeSpan window, TimeProvider time)
{
    private const int MaxAddresses = 50_000;

    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, (DateTimeOffset Start, int Count)> refusals = [];

    /// <summary>429 where the address has to wait before it is heard again.</summary>
    public ProblemHttpResult? Wait(HttpContext context, IPAddress? address)
    {
        TimeSpan wait;
        lock (gate)
        {
            if (!refusals.TryGetValue(KeyOf(address), out var seen) || seen.Count < perWindow)
                return null;
            wait = seen.Start + window - time.GetUtcNow();
        }

        if (wait <= TimeSpan.Zero)
            return null;
        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString();
        return Problems.Of(
            StatusCodes.Status429TooManyRequests,
            "RESOURCE_LIMIT_EXCEEDED",
            "There were too many refused requests from this address; try again later."
        );
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
    private static IPAddress KeyOf(IPAddress? address)
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
