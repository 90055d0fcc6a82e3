using Tideway.Hosting.Database;

namespace Tideway.Hosting.Messaging;

/// <summary>How the replay of a parked message went.</summary>
internal enum ReplayOutcome
{
    /// <summary>It was handled and is parked no longer.</summary>
    Replayed,

    /// <summary>There is no such message.</summary>
    NotFound,

    /// <summary>Its consumer is not part of this process any more.</summary>
    NoConsumer,

    /// <summary>It failed again and stays parked with the new reason.</summary>
    Failed,
}

/// <summary>The messages that consumers of this process could not handle, for those who look after them.</summary>
internal sealed class ParkedMessages(IEnumerable<ServiceDatabase> databases, IEnumerable<ConsumerRegistration> registrations, ConsumerPipeline pipeline)
{
    /// <summary>Consumer under which messages are parked that could not even be sent.</summary>
    public const string Outbox = "outbox";

    public ServiceDatabase? DatabaseOf(string service) =>
        databases.FirstOrDefault(database => string.Equals(database.Service, service, StringComparison.Ordinal));

    public static Task<IReadOnlyList<ParkedMessage>> ListAsync(ServiceDatabase database, Guid? after, int limit, CancellationToken cancellationToken) =>
        database.QueryAsync<ParkedMessage>(ParkedMessageSql.Page, new { after = after?.ToString() ?? "", limit }, cancellationToken);

    public static async Task<bool> DropAsync(ServiceDatabase database, Guid parkedId, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        var dropped = await transaction.ExecuteAsync(ParkedMessageSql.Delete, new { id = parkedId }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return dropped > 0;
    }

    public async Task<(ReplayOutcome Outcome, string? Reason)> ReplayAsync(ServiceDatabase database, Guid parkedId, CancellationToken cancellationToken)
    {
        var parked = await database.QueryFirstOrDefaultAsync<ParkedMessage>(ParkedMessageSql.Find, new { id = parkedId }, cancellationToken);
        if (parked is null)
            return (ReplayOutcome.NotFound, null);
        if (string.Equals(parked.Consumer, Outbox, StringComparison.Ordinal))
            return await SendAgainAsync(database, parked, cancellationToken);
        var registration = registrations.FirstOrDefault(r =>
            !r.IsBroadcast
            && string.Equals(r.Service, database.Service, StringComparison.Ordinal)
            && string.Equals(r.Name, parked.Consumer, StringComparison.Ordinal)
        );
        return registration is null ? (ReplayOutcome.NoConsumer, parked.Consumer) : await pipeline.ReplayAsync(registration, parked, cancellationToken);
    }

    private static async Task<(ReplayOutcome, string?)> SendAgainAsync(ServiceDatabase database, ParkedMessage parked, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (await transaction.ExecuteAsync(ParkedMessageSql.Delete, new { id = parked.ParkedId }, cancellationToken) == 0)
            return (ReplayOutcome.NotFound, null);
        await OutboxSql.InsertAsync(transaction, [parked.ToOutbox()], cancellationToken);
        transaction.OnCommitted(database.SignalOutbox);
        await transaction.CommitAsync(cancellationToken);
        return (ReplayOutcome.Replayed, null);
    }
}
