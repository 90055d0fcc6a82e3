using Tideway.Hosting.Cache;

namespace Tideway.Hosting.Health;

/// <summary>Whether Redis answers. The process serves without it too, so it is ready either way, and says what is different.</summary>
internal sealed class RedisReadiness(RedisCache redis) : IReadinessCheck
{
    public string Name => "redis";

    public async Task<Readiness> CheckAsync(CancellationToken cancellationToken)
    {
        var (endpoint, answers) = await redis.LookAsync(cancellationToken);
        return new Readiness(
            true,
            answers ? null : $"Redis at {endpoint} does not answer: limits and remembered credentials are those of this process alone meanwhile"
        );
    }
}
