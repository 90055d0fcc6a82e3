using System.Globalization;
using Tideway.DeltaLog.Checkpoints;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.LogSegments;
using Tideway.DeltaLog.Snapshots;
using Tideway.DuckDb;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Maintenance;

/// <summary>
/// Deletes files that no version within the retention needs, and what crashed writers left behind. Never touches the log, nor what is hidden or outside
/// the table's folder. The table must be one that can be written to, whatever its features say of vacuum.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#vacuum-protocol-check">VACUUM Protocol Check</see>.
/// </summary>
public sealed class TableVacuum(DeltaTable table)
{
    private const int ReportEvery = 10_000;

    /// <summary>
    /// Cleans the table. Throws <see cref="DeltaLogError.RetentionTooShort"/> where the retention is below the table's and not forced,
    /// <see cref="DeltaLogError.UnsupportedWriterFeature"/>, and as loading a version does.
    /// </summary>
    public async Task<VacuumResult> RunAsync(VacuumOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new VacuumOptions();
        var snapshot = await table.LoadAsync(null, cancellationToken).ConfigureAwait(false);
        ProtocolRequirements.RequireWritable(snapshot.Protocol, FeatureSupport.Commit, snapshot.TableRoot, snapshot.Version);
        var shortest = IntervalText.Retention(snapshot.Metadata);
        var retention = options.Retention ?? shortest;
        RequireRetention(snapshot, retention, shortest, options.Force);
        var cutoff = table.Time.GetUtcNow().Subtract(retention);

        // What lies there is listed before the log is read for the last time: what a commit has meanwhile made part of the table is then known.
        using var database = new CheckpointDatabase(table.Options);
        var connection = database.Connection;
        var found = $"tideway_found_{Guid.CreateVersion7():N}";
        var young = await ListAsync(connection, found, snapshot, cutoff, options, cancellationToken).ConfigureAwait(false);
        using var transit = new TransitFolder(table.Options);
        var listing = await LogListing.ReadAsync(table.Store, 0, cancellationToken).ConfigureAwait(false);
        var segment = await LogSegment.FindAsync(table.Store, null, cancellationToken).ConfigureAwait(false);
        using var log = await ReconciledLog.OpenAsync(table.Store, segment, transit, connection, cancellationToken).ConfigureAwait(false);
        var needed = new NeededFiles(table.Store, log);
        try
        {
            await needed.CollectAsync(cutoff, listing, transit, cancellationToken).ConfigureAwait(false);
            var unneeded = $"{found} f ANTI JOIN {needed.Table} n ON n.k = f.k";
            var (files, bytes) = Totals(connection, unneeded);
            var result = new VacuumResult(segment.Version, files, bytes, young + Count(connection, found) - files, cutoff);
            if (options.DryRun)
                Tell(connection, unneeded, options, cancellationToken);
            else
                await DeleteAsync(connection, unneeded, snapshot, result, options, (retention, shortest), cancellationToken).ConfigureAwait(false);
            return result;
        }
        finally
        {
            connection.Execute($"DROP TABLE IF EXISTS {found}; DROP TABLE IF EXISTS {needed.Table}", CancellationToken.None);
        }
    }

    private static void RequireRetention(Snapshot snapshot, TimeSpan retention, TimeSpan shortest, bool force)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(retention, TimeSpan.Zero);
        if (retention >= shortest || force)
            return;
        throw new DeltaLogException(
            DeltaLogError.RetentionTooShort,
            $"Expected a retention of at least {shortest} for '{snapshot.TableRoot}' ({TableProperties.DeletedFileRetention}), found {retention}. Younger files may be needed by readers of older versions and by writers at work."
        )
        {
            TableRoot = snapshot.TableRoot,
            Version = snapshot.Version,
        };
    }

    // Old enough files go into the table; says how many others there are.
    private async Task<long> ListAsync(
        DuckDbConnection connection,
        string found,
        Snapshot snapshot,
        DateTimeOffset cutoff,
        VacuumOptions options,
        CancellationToken cancellationToken
    )
    {
        connection.Execute($"CREATE TEMP TABLE {found} (k VARCHAR, bytes BIGINT, modified BIGINT)", cancellationToken);
        var (looked, young) = (0L, 0L);
        using var appender = connection.CreateAppender(found);
        await foreach (var info in table.Store.ListAsync("", null, cancellationToken).ConfigureAwait(false))
        {
            if (HiddenName.IsHidden(info.Key, snapshot.PartitionColumns))
                continue;
            if (info.LastModified < cutoff)
                appender.Append(info.Key).Append(info.Size).Append(info.LastModified.ToUnixTimeMilliseconds()).EndRow();
            else
                young++;
            if (++looked % ReportEvery == 0)
                options.Progress?.Report(looked);
        }

        appender.Flush(cancellationToken);
        options.Progress?.Report(looked);
        return young;
    }

    private static (long Files, long Bytes) Totals(DuckDbConnection connection, string unneeded)
    {
        using var result = connection.Query($"SELECT count(*), coalesce(sum(bytes), 0)::BIGINT FROM {unneeded}");
        var row = result.Rows().Single();
        return (Convert.ToInt64(row[0], CultureInfo.InvariantCulture), Convert.ToInt64(row[1], CultureInfo.InvariantCulture));
    }

    private static long Count(DuckDbConnection connection, string found) => connection.Scalar<long>($"SELECT count(*) FROM {found}");

    private static IEnumerable<ObjectInfo> Files(DuckDbConnection connection, string unneeded, CancellationToken cancellationToken)
    {
        using var result = connection.Query($"SELECT f.k, f.bytes, f.modified FROM {unneeded} ORDER BY f.k", cancellationToken);
        foreach (var row in result.Rows(cancellationToken))
            yield return new ObjectInfo((string)row[0]!, (long)row[1]!, DateTimeOffset.FromUnixTimeMilliseconds((long)row[2]!));
    }

    private static void Tell(DuckDbConnection connection, string unneeded, VacuumOptions options, CancellationToken cancellationToken)
    {
        if (options.OnFile is null)
            return;
        foreach (var file in Files(connection, unneeded, cancellationToken))
            options.OnFile(file);
    }

    private async Task DeleteAsync(
        DuckDbConnection connection,
        string unneeded,
        Snapshot snapshot,
        VacuumResult result,
        VacuumOptions options,
        (TimeSpan Specified, TimeSpan Default) retention,
        CancellationToken cancellationToken
    )
    {
        if (options.RecordInHistory)
            await RecordStartAsync(snapshot, result, retention.Specified, retention.Default, cancellationToken).ConfigureAwait(false);
        foreach (var file in Files(connection, unneeded, cancellationToken))
        {
            await table.Store.DeleteAsync(file.Key, cancellationToken).ConfigureAwait(false);
            options.OnFile?.Invoke(file);
        }

        await table.Store.DeleteUnfinishedAsync(result.Cutoff, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (options.RecordInHistory)
            await RecordEndAsync(snapshot, result, cancellationToken).ConfigureAwait(false);
    }

    private async Task RecordStartAsync(Snapshot snapshot, VacuumResult result, TimeSpan retention, TimeSpan shortest, CancellationToken cancellationToken)
    {
        var transaction = table.BeginTransaction(snapshot);
        transaction.Operation = "VACUUM START";
        transaction.OperationParameters["specifiedRetentionMillis"] = Milliseconds(retention);
        transaction.OperationParameters["defaultRetentionMillis"] = Milliseconds(shortest);
        transaction.OperationMetrics["numFilesToDelete"] = result.Files.ToString(CultureInfo.InvariantCulture);
        transaction.OperationMetrics["sizeOfDataToDelete"] = result.Bytes.ToString(CultureInfo.InvariantCulture);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task RecordEndAsync(Snapshot snapshot, VacuumResult result, CancellationToken cancellationToken)
    {
        var latest = await table.UpdateAsync(snapshot, cancellationToken).ConfigureAwait(false);
        var transaction = table.BeginTransaction(latest);
        transaction.Operation = "VACUUM END";
        transaction.OperationParameters["status"] = "COMPLETED";
        transaction.OperationMetrics["numDeletedFiles"] = result.Files.ToString(CultureInfo.InvariantCulture);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static string Milliseconds(TimeSpan span) => ((long)span.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
