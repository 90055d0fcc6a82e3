using System.Security.Cryptography;
using Tideway.ShareRegistry.Storage;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>A query that was not ready at once: what was asked, and the version that it is about.</summary>
internal sealed record AsyncQuery
{
    public string QueryId { get; init; } = "";
    public string IdempotencyKey { get; init; } = "";
    public string Body { get; init; } = "";
    public long TableVersion { get; init; }

    /// <summary>How the ids of files are made, by its name in the header; null where the client left that to the format.</summary>
    public string? FileIdHash { get; init; }

    /// <summary>When the answer was given for the first time.</summary>
    public DateTimeOffset? AnsweredAt { get; init; }
}

/// <summary>How many queries wait for their first answer.</summary>
internal sealed record WaitingQueries
{
    /// <summary>Of all recipients.</summary>
    public long Everyone { get; init; }

    /// <summary>Of one.</summary>
    public long Own { get; init; }
}

/// <summary>Keeps queries that were not ready at once, so that any replica can go on with them. What is older than a time is not there any more.</summary>
internal sealed class AsyncQueryStore(ShareRegistryDatabase database, TimeProvider time)
{
    /// <summary>The query that a recipient gave a key to.</summary>
    public Task<AsyncQuery?> FindByKeyAsync(Guid recipientId, Guid tableId, string key, DateTimeOffset since, CancellationToken cancellationToken) =>
        database.QueryFirstOrDefaultAsync<AsyncQuery>(
            AsyncQuerySql.FindByKey,
            new
            {
                recipientId,
                tableId,
                key,
                since,
            },
            cancellationToken
        );

    /// <summary>The query of an id; none of another recipient or table.</summary>
    public Task<AsyncQuery?> FindByIdAsync(Guid recipientId, Guid tableId, string queryId, DateTimeOffset since, CancellationToken cancellationToken) =>
        database.QueryFirstOrDefaultAsync<AsyncQuery>(
            AsyncQuerySql.FindById,
            new
            {
                queryId,
                recipientId,
                tableId,
                since,
            },
            cancellationToken
        );

    /// <summary>How many queries wait for their first answer, of a recipient and over all.</summary>
    public async Task<WaitingQueries> CountWaitingAsync(Guid recipientId, DateTimeOffset since, CancellationToken cancellationToken) =>
        (await database.QueryFirstOrDefaultAsync<WaitingQueries>(AsyncQuerySql.Count, new { recipientId, since }, cancellationToken))!;

    /// <summary>Keeps a query under an id of its own and forgets those that are too old. Where the key has one already, that one stays.</summary>
    public async Task KeepAsync(
        Guid recipientId,
        Guid tableId,
        string key,
        string body,
        long version,
        string? fileIdHash,
        DateTimeOffset since,
        CancellationToken cancellationToken
    )
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.ExecuteAsync(AsyncQuerySql.DeleteEnded, new { since }, cancellationToken);
        await transaction.ExecuteAsync(
            AsyncQuerySql.Insert,
            new
            {
                queryId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)),
                recipientId,
                tableId,
                key,
                body,
                version,
                fileIdHash,
                at = time.GetUtcNow(),
            },
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Notes that a query was answered, which makes room for another.</summary>
    public async Task MarkAnsweredAsync(string queryId, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.ExecuteAsync(AsyncQuerySql.Answered, new { queryId, at = time.GetUtcNow() }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
