using System.ComponentModel.DataAnnotations;
using Tideway.Hosting.Startup;

namespace Tideway.Hosting.Cache;

/// <summary>Redis, for what the replicas of the services share for a short while. Everything works without it, within one process.</summary>
public sealed class RedisOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Redis";

    /// <summary><c>host:port</c>, several separated by commas; without it Redis is not used.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Password, where the server asks for one.</summary>
    public string? Password { get; set; }

    /// <summary>Whether the connection is encrypted.</summary>
    public bool Ssl { get; set; }

    /// <summary>What every key begins with, so that organisations and environments can share a server.</summary>
    [Required]
    public string KeyPrefix { get; set; } = "tideway:";

    /// <summary>How long an answer is waited for before the process goes on alone.</summary>
    [DurationRange("00:00:00.010", "00:00:10")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMilliseconds(250);
}
