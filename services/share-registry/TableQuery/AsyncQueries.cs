using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Parameters;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>
/// Queries of clients that are ready to wait: what is answered in a moment is answered at once; for anything longer the client is given an id, and asks again.
/// What is kept in the database is the question and the version it is about, so that any replica can go on with it, also after a restart; what was found
/// already is known to the process that worked on it.
/// </summary>
internal sealed class AsyncQueries(
    AsyncQueryStore store,
    TableQueryAnswers answers,
    TableReader reader,
    AsyncQueryWork work,
    IOptions<AsyncQueryOptions> options,
    TimeProvider time
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
        if (TableSelections.OfQuery(query, call.Rules).IsRefused(out var refusal))
            return refusal;
        var (key, body) = (KeyOf(query.IdempotencyKey), BodyOf(query));
        if (await FindByKeyAsync(call, key, cancellationToken) is { } known)
        {
            return known.Body == body ? await AnswerAsync(call, known, query, cancellationToken) : KeyWasUsed;
        }

        // Before any work: who has too much waiting gets no more of it done.
        if (await CheckRoomAsync(call, cancellationToken) is { } full)
            return full;
        // What is worked on is what will be asked for by the id.
        var version = query.Version ?? query.StartingVersion ?? await reader.FindLatestVersionAsync(call, cancellationToken);
        if (await TryAnswerAsync(call, key, query, version, options.Value.Patience, cancellationToken) is { } answer)
            return answer;
        await store.KeepAsync(call.RecipientId, call.Table.TableId, key, body, version, call.FileIdHash?.ToHeader(), Since, cancellationToken);
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
        var asked = PageOf(query, page);
        // Spark tells it with the query and with each page after the first, but not where it asks whether the query is ready.
        call = call with
        {
            FileIdHash = call.FileIdHash ?? FileIds.Find(kept.FileIdHash),
        };
        if (await TryAnswerAsync(call, kept.IdempotencyKey, asked, kept.TableVersion, options.Value.PollPatience, cancellationToken) is not { } answer)
            return Pending(call, kept);
        if (kept.AnsweredAt is null)
            await store.MarkAnsweredAsync(kept.QueryId, cancellationToken);
        return answer;
    }

    // Refresh tokens are of the first page. A later one has the version in its own token.
    private static QueryRequest PageOf(QueryRequest query, QueryRequest page) =>
        page.PageToken is null
            ? query with
            {
                MaxFiles = page.MaxFiles,
            }
            : query with
            {
                MaxFiles = page.MaxFiles,
                PageToken = page.PageToken,
                IncludeRefreshToken = false,
                RefreshToken = null,
            };

    private static PendingQueryAnswer Pending(TableCall call, AsyncQuery query) => new(query.QueryId, query.TableVersion, call.Capabilities);

    // The answer, or nothing where it takes longer than that or finds no place. What is found later is there for the next who asks.
    private async Task<IResult?> TryAnswerAsync(
        TableCall call,
        string key,
        QueryRequest query,
        long version,
        TimeSpan patience,
        CancellationToken cancellationToken
    )
    {
        var pinned = IsOfLatest(query) ? version : (long?)null;
        var question = new AsyncQueryWork.Key(call.RecipientId, call.Table, key, QuestionOf(call, query, pinned));
        var piece = Begin();
        // Cancelled is what is under way when the process stops.
        if (piece is null || !await IsDoneAsync(piece.Work, patience, cancellationToken) || piece.Work.IsCanceled)
            return null;
        work.Tell(piece);
        var prepared = await piece.Work;
        if (await prepared.IsOfSameTableAsync(cancellationToken))
            return prepared.Make(call);
        // What was found is of a table that is gone: of the one at its place now, all is to be found anew.
        Begin();
        return null;

        AsyncQueryWork.Piece? Begin() => work.Begin(question, token => answers.PrepareAsync(call, query, token, pinned));
    }

    private static bool IsOfLatest(QueryRequest query) => query.Version is null && query.Timestamp is null && query.StartingVersion is null;

    // That a client would wait is no part of the answer.
    private static string QuestionOf(TableCall call, QueryRequest query, long? pinned) =>
        string.Join(
            '\n',
            Encoding.UTF8.GetString((query with { IdempotencyKey = null }).ToJson()),
            (call.Capabilities with { AsyncQuery = false }).ToHeader(),
            call.FileIdHash,
            pinned
        );

    private async Task<bool> IsDoneAsync(Task piece, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (patience <= TimeSpan.Zero)
            return false;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(piece, Task.Delay(patience, time, enough.Token));
        await enough.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return piece.IsCompleted;
    }

    private async Task<ProtocolRefusal?> CheckRoomAsync(TableCall call, CancellationToken cancellationToken)
    {
        var waiting = await store.CountWaitingAsync(call.RecipientId, Since, cancellationToken);
        if (waiting.Own >= options.Value.MaxPerRecipient)
            return NoRoom($"{waiting.Own} queries are waiting already. Ask for those first.");
        return waiting.Everyone >= options.Value.MaxWaiting ? NoRoom("Too many queries are waiting already. Try again later.") : null;
    }

    private static ProtocolRefusal NoRoom(string message) => new(429, ErrorCodes.TooManyRequests, message) { RetryAfter = TimeSpan.FromSeconds(30) };

    private Task<AsyncQuery?> FindByKeyAsync(TableCall call, string key, CancellationToken cancellationToken) =>
        store.FindByKeyAsync(call.RecipientId, call.Table.TableId, key, Since, cancellationToken);

    // Clients choose keys of any length.
    private static string KeyOf(string idempotencyKey) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey)));

    // Pages are asked for with each call anew.
    private static string BodyOf(QueryRequest query) =>
        Encoding.UTF8.GetString((query with { MaxFiles = null, PageToken = null, IdempotencyKey = null }).ToJson());
}
