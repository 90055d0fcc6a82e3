using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.FileSets;
using Tideway.DeltaLog.LogSegments;
using Tideway.DeltaLog.Snapshots;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Checkpoints;

/// <summary>
/// Writes classic checkpoints of the V1 specification, which are valid for every table.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#classic-checkpoint">Classic Checkpoint</see>.
/// </summary>
internal sealed class CheckpointWriter(IObjectStore store, SnapshotLoader snapshots, TimeProvider time, DeltaTableOptions options)
{
    /// <summary>Writes the checkpoint of a version that is committed, and points at it.</summary>
    public async Task WriteAsync(long version, CancellationToken cancellationToken)
    {
        var segment = await LogSegment.FindAsync(store, version, cancellationToken).ConfigureAwait(false);
        if (segment.Checkpoint?.Version == version)
            return;
        var replay = new LogReplay(store.Root, keepTombstones: true);
        await snapshots.ReplayAsync(segment, replay, cancellationToken).ConfigureAwait(false);
        var state = replay.State(version);
        var files = replay.Files();
        if (state.Metadata.IsEnabled(TableProperties.CheckpointStatsAsStruct))
        {
            throw new DeltaLogException(
                DeltaLogError.UnsupportedWriterFeature,
                $"Table '{store.Root}' wants statistics in columns of its checkpoints ({TableProperties.CheckpointStatsAsStruct}), which is not supported."
            )
            {
                TableRoot = store.Root,
                Version = version,
            };
        }

        using var transit = new TransitFolder(options);
        var json = transit.NewFile(".json");
        var parquet = transit.NewFile(".parquet");
        var count = await WriteJsonAsync(json, Actions(state, files, replay.Tombstones), cancellationToken).ConfigureAwait(false);
        await Task.Run(() => Convert(json, parquet, cancellationToken), cancellationToken).ConfigureAwait(false);

        var content = File.OpenRead(parquet);
        await using (content.ConfigureAwait(false))
            await store.PutAsync(LogFile.CheckpointKey(version), content, cancellationToken).ConfigureAwait(false);
        if (await LastCheckpoint.FindVersionAsync(store, cancellationToken).ConfigureAwait(false) is { } known && known > version)
            return;
        await LastCheckpoint.WriteAsync(store, version, count, new FileInfo(parquet).Length, files.Count, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<long> WriteJsonAsync(string path, IEnumerable<DeltaAction> actions, CancellationToken cancellationToken)
    {
        var count = 0L;
        var file = File.Create(path);
        await using (file.ConfigureAwait(false))
        {
            var writer = new Utf8JsonWriter(file, ActionWriter.JsonOptions);
            await using (writer.ConfigureAwait(false))
            {
                foreach (var action in actions)
                {
                    ActionWriter.WriteLine(writer, action);
                    writer.Flush();
                    file.WriteByte((byte)'\n');
                    writer.Reset();
                    if (++count % 1000 == 0)
                        cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }

        return count;
    }

    private void Convert(string json, string parquet, CancellationToken cancellationToken)
    {
        using var database = new CheckpointDatabase(options);
        database.Connection.Execute(CheckpointSql.Copy(json, parquet), cancellationToken);
    }

    private IEnumerable<DeltaAction> Actions(TableState state, FileSet files, IEnumerable<RemoveFile> tombstones)
    {
        yield return state.Protocol;
        yield return state.Metadata;
        foreach (var transaction in state.Transactions.Values)
            yield return transaction;
        foreach (var domain in state.Domains.Values)
            yield return domain;
        var expired = time.GetUtcNow().Subtract(IntervalText.Retention(state.Metadata)).ToUnixTimeMilliseconds();
        foreach (var remove in tombstones.Where(remove => (remove.DeletionTimestamp ?? 0) > expired))
            yield return remove with
            {
                Stats = null,
                Tags = null,
                DataChange = false,
            };
        var keepStats =
            !state.Metadata.Configuration.TryGetValue(TableProperties.CheckpointStatsAsJson, out var asJson)
            || !string.Equals(asJson, "false", StringComparison.OrdinalIgnoreCase);
        foreach (var add in files.Enumerate())
            yield return add with
            {
                Stats = keepStats ? add.Stats : null,
                DataChange = false,
            };
    }
}
