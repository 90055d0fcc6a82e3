using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Checkpoints;
using Tideway.DeltaLog.LogSegments;
using Tideway.DeltaLog.Snapshots;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Commit;

/// <summary>
/// Puts commits into the log: a version belongs to whoever writes its file first.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#creation-of-new-log-entries">Creation of New Log Entries</see>.
/// </summary>
internal sealed class DeltaCommitter(IObjectStore store, TimeProvider time, CheckpointWriter checkpoints)
{
    public const string EngineInfo = "Tideway-DeltaLog";
    private const int MaxAttempts = 1000;
    private const int DefaultCheckpointInterval = 10;

    public Uri Root => store.Root;

    public async Task<CommitResult> CommitAsync(DeltaTransaction transaction, CancellationToken cancellationToken)
    {
        var check = new ConflictCheck(store.Root, transaction);
        var transactionId = Guid.CreateVersion7().ToString();
        var next = NextVersion.Of(transaction.Snapshot);
        for (var attempt = 1; ; attempt++)
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var inCommitTimestamp = next.InCommitTimestamp(transaction, now);
            var actions = next.Actions(transaction, inCommitTimestamp, store.Root);
            var bytes = ActionWriter.Write(actions.Prepend(Info(transaction, transactionId, now, inCommitTimestamp)));
            if (await TryPutAsync(next.Version, bytes, transactionId, cancellationToken).ConfigureAwait(false))
            {
                var failure = await CheckpointWhenDueAsync(transaction, next.Version, cancellationToken).ConfigureAwait(false);
                return new CommitResult(next.Version, attempt, failure);
            }

            if (transaction.Snapshot is null)
                throw new DeltaLogException(DeltaLogError.TableExists, $"There is a Delta table at '{store.Root}' already.") { TableRoot = store.Root };
            if (attempt == MaxAttempts)
            {
                throw new DeltaLogException(DeltaLogError.Conflict, $"Other writers were faster {MaxAttempts} times in a row for '{store.Root}'.")
                {
                    TableRoot = store.Root,
                    Version = next.Version,
                };
            }

            await PauseAsync(attempt, cancellationToken).ConfigureAwait(false);
            next = await RebaseAsync(check, next, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string Json(IDictionary<string, string> values) => JsonSerializer.Serialize(values, JsonText.Options);

    private static CommitInfo Info(DeltaTransaction transaction, string transactionId, long now, long? inCommitTimestamp)
    {
        var members = new Dictionary<string, string>(StringComparer.Ordinal) { ["operationParameters"] = Json(transaction.OperationParameters) };
        if (transaction.Snapshot is { } snapshot)
            members["readVersion"] = snapshot.Version.ToString();
        members["isolationLevel"] = "\"Serializable\"";
        if (transaction.OperationMetrics.Count > 0)
            members["operationMetrics"] = Json(transaction.OperationMetrics);
        if (RowTracking.IsEnabled(transaction.Protocol, transaction.Metadata))
            members["tags"] = $$"""{"delta.rowTracking.preserved":"{{(transaction.RowsArePreserved ? "true" : "false")}}"}""";
        return new CommitInfo
        {
            Timestamp = now,
            InCommitTimestamp = inCommitTimestamp,
            Operation = transaction.Operation,
            EngineInfo = EngineInfo,
            TransactionId = transactionId,
            IsBlindAppend = transaction.IsBlindAppend,
            OtherMembers = members,
        };
    }

    private async Task<bool> TryPutAsync(long version, ReadOnlyMemory<byte> bytes, string transactionId, CancellationToken cancellationToken)
    {
        var key = LogFile.CommitKey(version);
        try
        {
            if (await store.PutIfAbsentAsync(key, bytes, cancellationToken).ConfigureAwait(false))
                return true;
        }
        catch (Exception exception) when (exception is ObjectStorageException or OperationCanceledException or IOException)
        {
            // The store may have taken the commit and failed to say so.
            if (await IsOursAsync(version, transactionId, exception).ConfigureAwait(false))
                return true;
            throw;
        }

        // A store that repeats a request by itself can find its own first attempt.
        return await IsOursAsync(version, transactionId, null).ConfigureAwait(false);
    }

    private async Task<bool> IsOursAsync(long version, string transactionId, Exception? cause)
    {
        var key = LogFile.CommitKey(version);
        try
        {
            if (await store.FindAsync(key, CancellationToken.None).ConfigureAwait(false) is null)
                return false;
            var info = await CommitFile.ReadInfoAsync(store, key, version, CancellationToken.None).ConfigureAwait(false);
            return info?.TransactionId == transactionId;
        }
        catch (ObjectStorageException exception)
        {
            throw new DeltaLogException(
                DeltaLogError.CommitOutcomeUnknown,
                $"Whether version {version} of '{store.Root}' was committed cannot be told: {cause?.Message ?? exception.Message}",
                cause ?? exception
            )
            {
                TableRoot = store.Root,
                Version = version,
                File = key,
            };
        }
    }

    private async Task<NextVersion> RebaseAsync(ConflictCheck check, NextVersion next, CancellationToken cancellationToken)
    {
        var listing = await LogListing.ReadAsync(store, next.Version, cancellationToken).ConfigureAwait(false);
        foreach (var commit in listing.Commits)
        {
            if (commit.Version != next.Version)
            {
                throw new DeltaLogException(DeltaLogError.MissingCommits, $"Expected the commit of version {next.Version} of '{store.Root}', found none.")
                {
                    TableRoot = store.Root,
                    Version = next.Version,
                };
            }

            var winner = await CommitFile.ReadAsync(store, commit.Info.Key, commit.Version, cancellationToken).ConfigureAwait(false);
            check.Require(commit.Version, winner);
            next = next.After(commit, winner, store.Root);
        }

        return next;
    }

    // The first tries cost no wait: whoever lost reads the winner's commit and goes on. Only a crowd spreads out.
    private async Task PauseAsync(int attempt, CancellationToken cancellationToken)
    {
        if (attempt < 3)
            return;
        var longest = Math.Min(500, 5 << Math.Min(attempt, 8));
        await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, longest)), time, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Exception?> CheckpointWhenDueAsync(DeltaTransaction transaction, long version, CancellationToken cancellationToken)
    {
        var metadata = transaction.Metadata;
        var interval =
            metadata.Configuration.TryGetValue(TableProperties.CheckpointInterval, out var text) && long.TryParse(text, out var number) && number > 0
                ? number
                : DefaultCheckpointInterval;
        if (version == 0 || version % interval != 0)
            return null;
        try
        {
            await checkpoints.WriteAsync(version, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
        {
            // The commit stands; a checkpoint only makes the next reader faster, and the next one is due soon.
            return exception;
        }
    }
}
