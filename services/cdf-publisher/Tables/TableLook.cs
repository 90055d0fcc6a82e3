namespace Tideway.CdfPublisher.Tables;

/// <summary>Looks at a table and says what is new since the last announcement. Changes nothing.</summary>
internal sealed class TableLook(ITableLog log, int maxVersionsPerStep)
{
    /// <summary>
    /// The way from <paramref name="before"/> towards the head of the table; null where there is nothing to announce. The cheap case costs one
    /// question for the next commit file; with <paramref name="verify"/> also one for the last. What can be announced is returned even where
    /// a later commit cannot be read: the next look then throws.
    /// </summary>
    public async Task<WatchStep?> LookAsync(WatchedTable before, bool verify, CancellationToken cancellationToken)
    {
        if (before.LastVersion is not { } last || before.State is not { } state)
            return await StartAsync(before, await ReadHeadAsync(before, cancellationToken), cancellationToken);

        var hasNext = await log.FindCommitAsync(before.StorageLocation, last + 1, cancellationToken) is not null;
        if (!hasNext && !verify && !before.HasUnannouncedShare)
            return null;
        // Logs are cleaned up from the oldest commit on: where the last one seen is still the same file, none after it is missing.
        var lastCommit = await log.FindCommitAsync(before.StorageLocation, last, cancellationToken);
        if (lastCommit is not null && lastCommit == before.LastCommit)
            return await WalkAsync(before, state, lastCommit, head: null, cancellationToken);

        var head = await ReadHeadAsync(before, cancellationToken);
        // An id that changed within the same log is a table that was replaced by a commit, and its versions go on.
        return head.Version < last || head.State.MetadataId != state.MetadataId
            ? await StartAsync(before, head, cancellationToken)
            : await WalkAsync(before, state, lastCommit, head, cancellationToken);
    }

    private async Task<TableHead> ReadHeadAsync(WatchedTable table, CancellationToken cancellationToken) =>
        await log.ReadHeadAsync(table.StorageLocation, cancellationToken)
        ?? throw new TableVanishedException($"Expected a Delta table at '{table.StorageLocation}', found no transaction log.");

    private async Task<WatchStep> StartAsync(WatchedTable before, TableHead head, CancellationToken cancellationToken)
    {
        CommittedVersion? commit = null;
        await foreach (var found in log.ReadCommitsAsync(before.StorageLocation, head.Version, cancellationToken))
        {
            commit = found;
            break;
        }

        return new WatchStep
        {
            Before = before,
            ToVersion = head.Version,
            LastCommit = await log.FindCommitAsync(before.StorageLocation, head.Version, cancellationToken),
            State = head.State,
            // A commit that was cleaned up already is only known through a checkpoint, which says nothing of what it did.
            Commits = commit is null ? [] : [(commit, head.State.SchemaFingerprint)],
            ChangeFeedSince = head.State.ChangeFeedEnabled && commit is not null ? head.Version : null,
            StartsOver = true,
        };
    }

    private async Task<WatchStep?> WalkAsync(
        WatchedTable before,
        TableSchemaState state,
        string? lastCommit,
        TableHead? head,
        CancellationToken cancellationToken
    )
    {
        var commits = new List<(CommittedVersion, string)>();
        var last = before.LastVersion!.Value;
        var to = last;
        var feedSince = state.ChangeFeedEnabled ? (long?)last : null;
        if (head is not null && head.Version > last)
        {
            var earliest = await log.FindEarliestCommitAsync(before.StorageLocation, cancellationToken) ?? long.MaxValue;
            if (earliest > last + 1)
            {
                // Commits were cleaned up unseen: nobody can read their row changes, nor say when the metadata changed.
                to = Math.Min(earliest - 1, head.Version);
                (state, feedSince) = (head.State, null);
            }
        }

        try
        {
            await foreach (var commit in log.ReadCommitsAsync(before.StorageLocation, to + 1, cancellationToken))
            {
                state = commit.NewState ?? state;
                feedSince = state.ChangeFeedEnabled ? feedSince ?? commit.Version : null;
                commits.Add((commit, state.SchemaFingerprint));
                to = commit.Version;
                if (commits.Count == maxVersionsPerStep)
                    break;
            }
        }
        catch (Exception exception) when (commits.Count > 0 && exception is not OperationCanceledException)
        {
            // What is readable is announced now; the next look starts at the version that is not and reports it.
        }

        if (to == last && !before.HasUnannouncedShare && lastCommit == before.LastCommit)
            return null;
        return new WatchStep
        {
            Before = before,
            ToVersion = to,
            LastCommit = to == last ? lastCommit : await log.FindCommitAsync(before.StorageLocation, to, cancellationToken),
            State = state,
            Commits = commits,
            ChangeFeedSince = feedSince,
            StartsOver = false,
        };
    }
}

/// <summary>No table is where one was published.</summary>
internal sealed class TableVanishedException(string message) : Exception(message);
