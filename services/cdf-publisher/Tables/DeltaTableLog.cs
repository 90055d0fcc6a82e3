using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.CdfPublisher.Tables;

/// <summary>Delta logs in the configured storage.</summary>
internal sealed class DeltaTableLog(TableOpener tables) : ITableLog
{
    public async Task<TableHead?> ReadHeadAsync(string location, CancellationToken cancellationToken)
    {
        try
        {
            var (table, _) = tables.Open(location);
            var version = await table.LatestVersionAsync(cancellationToken);
            return new TableHead(version, StateOf((await table.LoadDescriptionAsync(version, cancellationToken)).Metadata));
        }
        catch (DeltaLogException exception) when (exception.Error == DeltaLogError.NotADeltaTable)
        {
            return null;
        }
    }

    public Task<string?> FindCommitAsync(string location, long version, CancellationToken cancellationToken) =>
        CommitStamp.FindAsync(tables.Open(location).Table, version, cancellationToken);

    public async Task<long?> FindEarliestCommitAsync(string location, CancellationToken cancellationToken)
    {
        try
        {
            return await tables.Open(location).Table.EarliestChangesVersionAsync(cancellationToken);
        }
        catch (DeltaLogException exception) when (exception.Error is DeltaLogError.VersionNotFound or DeltaLogError.NotADeltaTable)
        {
            return null;
        }
    }

    public async IAsyncEnumerable<CommittedVersion> ReadCommitsAsync(string location, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await FindCommitAsync(location, from, cancellationToken) is null)
            yield break;
        await foreach (var changes in tables.Open(location).Table.ReadChangesAsync(from, to: null, cancellationToken))
            yield return Describe(changes);
    }

    private static CommittedVersion Describe(VersionChanges changes) =>
        new()
        {
            Version = changes.Version,
            CommittedAt = changes.Timestamp,
            Rows = CommitRows.Of(changes),
            FilesAdded = changes.Adds.Count,
            FilesRemoved = changes.Removes.Count,
            BytesAdded = changes.Adds.Sum(file => file.Size),
            NewState = changes.Metadata is { } metadata ? StateOf(metadata) : null,
        };

    private static TableSchemaState StateOf(Metadata metadata) =>
        new(
            metadata.Id,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(metadata.SchemaString))),
            metadata.IsEnabled(TableProperties.EnableChangeDataFeed)
        );
}
