using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Evolution;

/// <summary>Commits a change of protocol and metadata, made anew from the latest version as often as other writers are faster.</summary>
internal sealed class EvolutionCommit(DeltaTable table, Action<EvolutionPlan>? onPlan)
{
    private const int Attempts = 50;

    public async Task<CommitResult?> RunAsync(
        string operation,
        Dictionary<string, string> parameters,
        Action<TableDraft, Snapshot> change,
        CancellationToken cancellationToken,
        Action<DeltaTransaction, Snapshot>? complete = null,
        Func<Snapshot, TableDraft, Task>? verify = null
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            var snapshot = await table.LoadAsync(null, cancellationToken).ConfigureAwait(false);
            ProtocolRequirements.RequireWritable(snapshot.Protocol, FeatureSupport.Commit, snapshot.TableRoot, snapshot.Version);
            var draft = new TableDraft(snapshot);
            change(draft, snapshot);
            if (!draft.IsChanged)
                return null;
            if (verify is not null)
                await verify(snapshot, draft).ConfigureAwait(false);
            var transaction = Begin(snapshot, draft, operation, parameters);
            complete?.Invoke(transaction, snapshot);
            if (onPlan is not null)
            {
                onPlan(EvolutionPlan.Of(transaction, snapshot));
                return null;
            }

            try
            {
                return await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (DeltaLogException exception) when (exception.Error == DeltaLogError.Conflict && attempt < Attempts)
            {
                // What was verified may not hold for the rows that came meanwhile.
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, 20 * Math.Min(attempt, 20))), table.Time, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
    }

    private DeltaTransaction Begin(Snapshot snapshot, TableDraft draft, string operation, Dictionary<string, string> parameters)
    {
        var transaction = table.BeginTransaction(snapshot);
        transaction.Operation = operation;
        foreach (var (name, value) in parameters)
            transaction.OperationParameters[name] = value;
        var protocol = draft.FinalProtocol();
        if (!ReferenceEquals(protocol, snapshot.Protocol))
            transaction.UpdateProtocol(protocol);
        if (!ReferenceEquals(draft.Metadata, snapshot.Metadata))
            transaction.UpdateMetadata(draft.Metadata);
        return transaction;
    }
}
