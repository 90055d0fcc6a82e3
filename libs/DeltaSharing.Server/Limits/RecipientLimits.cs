using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Cache;

namespace Tideway.DeltaSharing.Server.Limits;

/// <summary>
/// Says whether a recipient may make one more call now, or read one more file. Calls under way and files are counted in this process; calls made in this process by a bucket that fills up
/// steadily, and, where Redis is configured, over all replicas in windows that hold one burst. While Redis is away each process counts for itself.
/// </summary>
public sealed class RecipientLimits : IDisposable
{
    private static readonly TimeSpan WhenCallsEnd = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BucketPeriod = TimeSpan.FromMilliseconds(100);

    private readonly RecipientLimitOptions options;
    private readonly ISharedCache shared;
    private readonly TimeProvider time;
    private readonly PartitionedRateLimiter<Guid> underway;
    private readonly PartitionedRateLimiter<Guid> made;
    private readonly PartitionedRateLimiter<Guid> files;

    /// <param name="options">How much each recipient may take up.</param>
    /// <param name="shared">Counts over all replicas.</param>
    /// <param name="time">Says what time it is.</param>
    public RecipientLimits(IOptions<RecipientLimitOptions> options, ISharedCache shared, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options.Value;
        this.shared = shared;
        this.time = time;
        underway = PartitionedRateLimiter.Create<Guid, Guid>(recipient => AtOnce(recipient, options.Value.ConcurrentCalls));
        files = PartitionedRateLimiter.Create<Guid, Guid>(recipient => AtOnce(recipient, options.Value.ConcurrentFiles));
        made = PartitionedRateLimiter.Create<Guid, Guid>(recipient => Made(recipient, options.Value));
    }

    /// <summary>Takes a call of a recipient in, or refuses it. To be disposed when its answer has left.</summary>
    public async ValueTask<CallPermit> EnterAsync(Guid recipientId, CancellationToken cancellationToken)
    {
        // What is refused for being one too many at a time is not counted as made.
        var concurrent = underway.AttemptAcquire(recipientId);
        if (!concurrent.IsAcquired)
        {
            concurrent.Dispose();
            return CallPermit.Refuse(LimitKind.ConcurrentCalls, WhenCallsEnd);
        }

        try
        {
            using var call = made.AttemptAcquire(recipientId);
            if (!call.IsAcquired)
                return Refuse(concurrent, call.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : WhenCallsEnd);
            return await FindSharedWaitAsync(recipientId, cancellationToken) is { } sharedWait ? Refuse(concurrent, sharedWait) : CallPermit.Grant(concurrent);
        }
        catch
        {
            concurrent.Dispose();
            throw;
        }
    }

    /// <summary>Takes the read of a file by its signed address in, or refuses it. To be disposed when the file has left. It is no call, and does not count as one.</summary>
    public CallPermit EnterFile(Guid recipientId)
    {
        var place = files.AttemptAcquire(recipientId);
        if (place.IsAcquired)
            return CallPermit.Grant(place);
        place.Dispose();
        return CallPermit.Refuse(LimitKind.ConcurrentFiles, WhenCallsEnd);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        underway.Dispose();
        files.Dispose();
        made.Dispose();
    }

    // How long the recipient has to wait where all replicas together let in as much as they may.
    private async ValueTask<TimeSpan?> FindSharedWaitAsync(Guid recipientId, CancellationToken cancellationToken)
    {
        if (!shared.IsShared || options.CallsPerSecond <= 0)
            return null;
        var window = TimeSpan.FromSeconds(Math.Max(options.Burst / options.CallsPerSecond, 0.1));
        var now = time.GetUtcNow();
        var number = now.Ticks / window.Ticks;
        var count = await shared.CountAsync($"calls:{recipientId:N}:{number}", window + window, cancellationToken);
        return count <= options.Burst ? null : TimeSpan.FromTicks(((number + 1) * window.Ticks) - now.Ticks);
    }

    private static CallPermit Refuse(RateLimitLease concurrent, TimeSpan wait)
    {
        concurrent.Dispose();
        return CallPermit.Refuse(LimitKind.CallsPerSecond, wait);
    }

    private static RateLimitPartition<Guid> AtOnce(Guid recipient, int most) =>
        most == 0
            ? RateLimitPartition.GetNoLimiter(recipient)
            : RateLimitPartition.GetConcurrencyLimiter(recipient, _ => new ConcurrencyLimiterOptions { PermitLimit = most, QueueLimit = 0 });

    private static RateLimitPartition<Guid> Made(Guid recipient, RecipientLimitOptions options)
    {
        if (options.CallsPerSecond <= 0)
            return RateLimitPartition.GetNoLimiter(recipient);
        // Whole ones, as seldom as makes the rate exact.
        var perPeriod = (int)Math.Max(1, Math.Ceiling(options.CallsPerSecond * BucketPeriod.TotalSeconds));
        return RateLimitPartition.GetTokenBucketLimiter(
            recipient,
            _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = options.Burst,
                TokensPerPeriod = perPeriod,
                ReplenishmentPeriod = TimeSpan.FromSeconds(perPeriod / options.CallsPerSecond),
                QueueLimit = 0,
            }
        );
    }
}
