using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Parameters;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>
/// Queries of clients that are ready to wait: what is answered in a moment is answered at once; for anything longer the client is given an id, and asks again.
/// What is kept is the question and the version it is about, so that any replica can go on with it, also after a restart: the work itself is what
/// fills the caches that the answer is then made from.
/// </summary>
internal sealed class AsyncQueries(
    AsyncQueryStore store,
    TableQueryAnswers answers,
    TableReader reader,
    IOptions<AsyncQueryOptions> options,
    TimeProvider time,
    ILogger<AsyncQueries> logger
)
{
    private static readonly ProtocolRefusal UnknownQuery = new(404, ErrorCodes.ResourceDoesNotExist, "The queryId is unknown or expired.");

    private static readonly ProtocolRefusal KeyWasUsed = ProtocolRefusals.Invalid("The idempotency_key was used for another query of this table.");

    private DateTimeOffset Since => time.GetUtcNow() - options.Value.MaxAge;

    /// <summary>Answers a query, or gives an id to ask for it by. The same key is the same query.</summary>
    public async Task<IResult> SubmitAsync(TableCall call, QueryRequest query, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(query.IdempotencyKey))
            return ProtocolRefusals.Invalid("idempotency_key is required for async query.");
        var (key, body) = (KeyOf(query.IdempotencyKey), BodyOf(query));
        if (await FindByKeyAsync(call, key, cancellationToken) is { } known)
        {
            return known.Body == body ? await AnswerAsync(call, known, query, cancellationToken) : KeyWasUsed;
        }

        if (TableSelections.OfQuery(query, call.Rules).IsRefused(out var refusal))
            return refusal;
        // Before any work: who has too much waiting gets no more of it done.
        if (await CheckRoomAsync(call, cancellationToken) is { } full)
            return full;
        var work = Start(call, query, null);
        if (await IsDoneAsync(work, options.Value.Patience, cancellationToken))
            return await work;
        var version = query.Version ?? query.StartingVersion ?? await reader.FindLatestVersionAsync(call, cancellationToken);
        await store.KeepAsync(call.RecipientId, call.Table.TableId, key, body, version, Since, cancellationToken);
        var kept = (await FindByKeyAsync(call, key, cancellationToken))!;
        // Another may have used the key at the same moment.
        return kept.Body == body ? Pending(call, kept) : KeyWasUsed;
    }

    /// <summary>Answers the query that an id was given for, or says that it is not ready.</summary>
    public async Task<IResult> PollAsync(TableCall call, string queryId, QueryRequest page, CancellationToken cancellationToken) =>
        await store.FindByIdAsync(call.RecipientId, call.Table.TableId, queryId, Since, cancellationToken) is { } kept
            ? await AnswerAsync(call, kept, page, cancellationToken)
            : UnknownQuery;

    private async Task<IResult> AnswerAsync(TableCall call, AsyncQuery kept, QueryRequest page, CancellationToken cancellationToken)
    {
        var query = QueryRequest.Parse(Encoding.UTF8.GetBytes(kept.Body), out var fault) ?? throw new InvalidOperationException(fault);
        var work = Start(call, query with { MaxFiles = page.MaxFiles, PageToken = page.PageToken }, kept.TableVersion);
        if (!await IsDoneAsync(work, options.Value.PollPatience, cancellationToken))
            return Pending(call, kept);
        var answer = await work;
        if (kept.AnsweredAt is null)
            await store.MarkAnsweredAsync(kept.QueryId, cancellationToken);
        return answer;
    }

    private static PendingQueryAnswer Pending(TableCall call, AsyncQuery query) => new(query.QueryId, query.TableVersion, call.Capabilities);

    // Who asks may go away before it is done: what it found is there for the next who asks.
    private Task<IResult> Start(TableCall call, QueryRequest query, long? version)
    {
        var pinned = query.Version is null && query.Timestamp is null && query.StartingVersion is null ? version : null;
        return Task.Run(() => answers.AnswerAsync(call, query, CancellationToken.None, pinned), CancellationToken.None);
    }

    private async Task<bool> IsDoneAsync(Task<IResult> work, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (patience > TimeSpan.Zero && !work.IsCompleted)
            await Task.WhenAny(work, Task.Delay(patience, time, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
        if (patience > TimeSpan.Zero && work.IsCompleted)
            return true;
        _ = LogFailureAsync(work);
        return false;
    }

    private async Task LogFailureAsync(Task<IResult> work)
    {
        try
        {
            await work;
        }
        catch (Exception exception)
        {
            // The next who asks by the id gets it as the answer.
            logger.AsyncQueryFailed(exception);
        }
    }

    private async Task<ProtocolRefusal?> CheckRoomAsync(TableCall call, CancellationToken cancellationToken)
    {
        var count = await store.CountWaitingAsync(call.RecipientId, Since, cancellationToken);
        return count < options.Value.MaxPerRecipient
            ? null
            : new ProtocolRefusal(429, ErrorCodes.TooManyRequests, $"{count} queries are waiting already. Ask for those first.")
            {
                RetryAfter = TimeSpan.FromSeconds(30),
            };
    }

    private Task<AsyncQuery?> FindByKeyAsync(TableCall call, string key, CancellationToken cancellationToken) =>
        store.FindByKeyAsync(call.RecipientId, call.Table.TableId, key, Since, cancellationToken);

    // Clients choose keys of any length.
    private static string KeyOf(string idempotencyKey) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey)));

    // Pages are asked for with each call anew.
    private static string BodyOf(QueryRequest query) =>
        Encoding.UTF8.GetString((query with { MaxFiles = null, PageToken = null, IdempotencyKey = null }).ToJson());
}
