using System.Net;
using System.Net.Sockets;

namespace Tideway.DeltaSharing.Client.Transport;

/// <summary>Makes the handler that an <see cref="HttpClient"/> for sharing servers should have.</summary>
public static class SharingHandler
{
    /// <summary>
    /// A handler that follows no redirects, takes up changes of names, gives up connecting after 15 s, and refuses private addresses unless the
    /// options allow them. The address is looked at when connecting, so that no name can turn into another one in between.
    /// </summary>
    /// <param name="options">Whether private addresses are allowed.</param>
    /// <param name="proxy">
    /// What leads to servers and files, such as <see cref="HttpClient.DefaultProxy"/>; it may be at a private address itself. It looks names up, so it decides which
    /// ones of a private network it leads to; an address that is written as one is still refused here, and so is what the proxy is not for. Without one,
    /// requests go straight to their servers; where the options allow private addresses, by the proxy of the environment.
    /// </param>
    public static SocketsHttpHandler Create(DeltaSharingClientOptions options, IWebProxy? proxy = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxResponseHeadersLength = 64,
            Proxy = proxy,
        };
        if (!options.AllowPrivateAddresses)
        {
            var guarded = proxy is null ? null : new GuardedProxy(proxy);
            handler.Proxy = guarded;
            handler.UseProxy = guarded is not null;
            handler.ConnectCallback = async (context, cancellationToken) =>
                guarded?.IsProxy(context.DnsEndPoint) == true
                    ? await ConnectAsync(socket => socket.ConnectAsync(context.DnsEndPoint, cancellationToken)).ConfigureAwait(false)
                    : await ConnectAsync(context.DnsEndPoint, options.SettingPrefix, cancellationToken).ConfigureAwait(false);
        }

        return handler;
    }

    /// <summary>Whether an address is of a private network, this machine, or no machine at all.</summary>
    public static bool IsPrivate(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address))
            return true;
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return address.IsIPv6LinkLocal
                || address.IsIPv6UniqueLocal
                || address.IsIPv6SiteLocal
                || address.IsIPv6Multicast
                || address.Equals(IPAddress.IPv6Any)
                || IsTranslated(address);
        var bytes = address.GetAddressBytes();
        return bytes[0] switch
        {
            0 or 10 or 127 or >= 224 => true,
            100 => bytes[1] is >= 64 and < 128,
            169 => bytes[1] == 254,
            172 => bytes[1] is >= 16 and < 32,
            192 => bytes[1] == 168 || (bytes[1] == 0 && bytes[2] == 0),
            198 => bytes[1] is 18 or 19,
            _ => false,
        };
    }

    // 64:ff9b::/96 (NAT64) and 2002::/16 (6to4) hold an IPv4 address that could be private.
    private static bool IsTranslated(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        if (bytes.AsSpan(0, 4).SequenceEqual<byte>([0, 0x64, 0xff, 0x9b]))
            return IsPrivate(new IPAddress(bytes.AsSpan(12, 4)));
        return bytes[0] == 0x20 && bytes[1] == 0x02 && IsPrivate(new IPAddress(bytes.AsSpan(2, 4)));
    }

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint endPoint, string settingPrefix, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(endPoint.Host, cancellationToken).ConfigureAwait(false);
        var allowed = addresses.Where(address => !IsPrivate(address)).ToArray();
        if (allowed.Length == 0)
            throw new DeltaSharingException(
                DeltaSharingError.AddressRefused,
                $"Expected {endPoint.Host} to be at a public address, got only private ones. "
                    + $"The setting {settingPrefix}{nameof(DeltaSharingClientOptions.AllowPrivateAddresses)} allows those, for partners in the same network."
            );
        return await ConnectAsync(socket => socket.ConnectAsync(allowed, endPoint.Port, cancellationToken)).ConfigureAwait(false);
    }

    private static async Task<Stream> ConnectAsync(Func<Socket, ValueTask> connect)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await connect(socket).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
