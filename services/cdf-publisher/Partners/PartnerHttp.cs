using System.Net;
using System.Net.Sockets;

namespace Tideway.CdfPublisher.Partners;

/// <summary>
/// Calls partners' endpoints. Every connection goes to an address that was checked for that connection, never through a proxy, and no redirect is
/// followed, so that a name that leads elsewhere a moment later gains nothing.
/// </summary>
internal sealed class PartnerHttp : IDisposable
{
    private readonly EndpointPolicy policy;
    private readonly IAddressResolver resolver;
    private readonly HttpMessageInvoker client;

    public PartnerHttp(EndpointPolicy policy, IAddressResolver resolver)
    {
        this.policy = policy;
        this.resolver = resolver;
        client = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
                AutomaticDecompression = DecompressionMethods.None,
                // Names move; a connection is not kept longer than a check is worth.
                PooledConnectionLifetime = TimeSpan.FromMinutes(1),
                MaxResponseHeadersLength = 16,
                MaxResponseDrainSize = 4096,
                // Our trace ids are nobody else's.
                ActivityHeadersPropagator = null,
                ConnectCallback = ConnectAsync,
            }
        );
    }

    /// <summary>Sends a request; the body of the answer is not read.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.UserAgent.ParseAdd("Tideway/1.0");
        return client.SendAsync(request, cancellationToken);
    }

    public void Dispose() => client.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = policy.Choose(host, await resolver.ResolveAsync(host, cancellationToken));
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync([.. addresses], port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
