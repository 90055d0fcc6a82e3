using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Tideway.Hosting.Web;

/// <summary>Limits of the HTTP server.</summary>
public sealed class WebOptions : IValidatableObject
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Web";

    /// <summary>Largest request body in bytes; more is 413.</summary>
    [Range(1024, 1024 * 1024 * 1024)]
    public int MaxRequestBodyBytes { get; set; } = 1024 * 1024;

    /// <summary>Largest sum of request headers in bytes; more is 431.</summary>
    [Range(4096, 1024 * 1024)]
    public int MaxRequestHeaderBytes { get; set; } = 32 * 1024;

    /// <summary>How long the headers of a request may take until they are whole; what takes longer is cut off.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan RequestHeadersTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection is kept on which nothing comes. Longer than a proxy in front keeps its own, so that it is the proxy that ends them.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(130);

    /// <summary>
    /// How fast the body of a request must come, and an answer be taken, in bytes per second on average, once <see cref="BodyGrace"/> is over; what is slower
    /// is cut off. What the network holds of an answer counts as taken, so a client that takes nothing is cut off only after a while.
    /// </summary>
    [Range(1, 1024 * 1024)]
    public int MinBodyBytesPerSecond { get; set; } = 240;

    /// <summary>How long a body may be slower than <see cref="MinBodyBytesPerSecond"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:10:00")]
    public TimeSpan BodyGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most connections at a time; further ones are closed as soon as they come.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 20_000;

    /// <summary>
    /// How long requests under way have to end when the process is to stop; what takes longer is broken off. All that stops after them has 15 s more, so what
    /// stops processes (a supervisor, Kubernetes' <c>terminationGracePeriodSeconds</c>) should wait that much longer.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Addresses and CIDR ranges of our reverse proxies. Only from these are <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> believed; where
    /// none is named, the address of the connection is the caller's.
    /// </summary>
    public IList<string> TrustedProxies { get; } = [];

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var proxy in TrustedProxies)
        {
            if (!TryParseNetwork(proxy, out _))
                yield return new ValidationResult(
                    $"{Section}:TrustedProxies must hold addresses and CIDR ranges such as 10.0.0.0/8; got '{proxy}'.",
                    [nameof(TrustedProxies)]
                );
        }
    }

    internal static bool TryParseNetwork(string text, out IPNetwork network)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
            return true;
        }

        return IPNetwork.TryParse(text, out network);
    }
}
