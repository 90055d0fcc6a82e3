using System.Threading.RateLimiting;

namespace Tideway.DeltaSharing.Server.Limits;

/// <summary>Which limit a call is beyond.</summary>
public enum LimitKind
{
    /// <summary>None.</summary>
    None,

    /// <summary>Too many calls in too little time.</summary>
    CallsPerSecond,

    /// <summary>Too many calls at a time.</summary>
    ConcurrentCalls,

    /// <summary>Too many files on their way at a time.</summary>
    ConcurrentFiles,
}

/// <summary>Whether a call may go on. Holds its place until it is disposed.</summary>
public sealed class CallPermit : IDisposable
{
    private readonly RateLimitLease? place;

    private CallPermit(RateLimitLease? place, LimitKind refusedBy, TimeSpan wait)
    {
        this.place = place;
        RefusedBy = refusedBy;
        Wait = wait;
    }

    /// <summary>The limit that it is beyond; <see cref="LimitKind.None"/> where it may go on.</summary>
    public LimitKind RefusedBy { get; }

    /// <summary>After how long it may be made again; at least a second.</summary>
    public TimeSpan Wait { get; }

    /// <inheritdoc />
    public void Dispose() => place?.Dispose();

    internal static CallPermit Grant(RateLimitLease place) => new(place, LimitKind.None, TimeSpan.Zero);

    internal static CallPermit Refuse(LimitKind limit, TimeSpan wait) => new(null, limit, wait < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : wait);
}
