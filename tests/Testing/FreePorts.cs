using System.Net;
using System.Net.Sockets;

namespace Tideway.Testing;

/// <summary>Ports on loopback for servers that must be told theirs before they start.</summary>
public static class FreePorts
{
    // Below the ports that the system gives to outgoing connections: one of those could have it by the time the server wants it.
    private const int First = 10_000;
    private const int End = 32_000;

    /// <summary>A port that nothing listens at.</summary>
    public static int Take()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, End);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken; another.
            }
        }
    }
}
