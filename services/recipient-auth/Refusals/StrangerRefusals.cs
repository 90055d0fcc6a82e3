using System.Diagnostics.Metrics;
using Tideway.Hosting.Identity;
using Tideway.RecipientAuth.Storage;

namespace Tideway.RecipientAuth.Refusals;

/// <summary>
/// Puts each refusal of somebody without a credential on record, and slows down addresses that were refused often. Each door has one of its own, so that who has
/// to wait at one may still knock at the other.
/// </summary>
/// <param name="database">Where refusals become durable.</param>
/// <param name="perMinute">How many refusals an address may have in a minute before it has to wait.</param>
/// <param name="outcomes">Counts what came of each request, by <c>outcome</c>.</param>
/// <param name="time">Says what time it is.</param>
/// <param name="logger">Told of addresses that have to wait.</param>
internal sealed class StrangerRefusals(
    RecipientAuthDatabase database,
    int perMinute,
    Counter<long> outcomes,
    TimeProvider time,
    ILogger<StrangerRefusals> logger
)
{
    private const int MaxUserAgentLength = 256;

    private readonly RefusalLimit limit = new(perMinute, TimeSpan.FromMinutes(1), time);

    /// <summary>Whether the address has to wait, whatever it brings; the answer then says for how long.</summary>
    public bool HasToWait(HttpContext context)
    {
        if (limit.Wait(context.Connection.RemoteIpAddress) is not { } wait)
            return false;
        Count("limited");
        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString();
        return true;
    }

    /// <summary>Counts a refusal; returns who is refused, for the record.</summary>
    public Stranger Refuse(HttpContext context)
    {
        var source = context.Connection.RemoteIpAddress;
        if (limit.Record(source))
            logger.AddressHasToWait(source?.ToString());
        Count("refused");
        var agent = context.Request.Headers.UserAgent.ToString();
        return new Stranger(
            Guid.CreateVersion7(),
            source?.ToString(),
            agent.Length > MaxUserAgentLength ? agent[..MaxUserAgentLength] : agent,
            time.GetUtcNow()
        );
    }

    /// <summary>Makes the event of a refusal durable.</summary>
    public async Task RecordAsync<T>(T refused)
        where T : class
    {
        // Whoever goes away early is on record all the same.
        await using var transaction = await database.BeginAsync(CancellationToken.None);
        transaction.Publish(refused);
        await transaction.CommitAsync(CancellationToken.None);
    }

    /// <summary>Counts what came of a request.</summary>
    public void Count(string outcome) => outcomes.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}

/// <summary>Who was refused, and when.</summary>
internal sealed record Stranger(Guid RefusalId, string? SourceIp, string UserAgent, DateTimeOffset At);
