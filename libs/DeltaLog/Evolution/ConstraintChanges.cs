using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Rules;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Writing;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Evolution;

/// <summary>
/// Adds and drops CHECK constraints.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#check-constraints">CHECK Constraints</see>.
/// </summary>
internal static class ConstraintChanges
{
    public static void Add(TableDraft draft, string name, string condition)
    {
        if (Find(draft, name) is { } existing)
            throw draft.Refuse(
                DeltaLogError.InvalidProperty,
                $"There is a constraint '{name}' of '{draft.Root}' already: {draft.Metadata.Configuration[existing]}."
            );
        if (!name.All(letter => char.IsLetterOrDigit(letter) || letter is '_' or '-'))
            throw draft.Refuse(
                DeltaLogError.InvalidProperty,
                $"Expected a name of letters, digits, '_' and '-' for a constraint of '{draft.Root}', found '{name}'."
            );
        draft.Set(TableConstraints.Prefix + name.ToLowerInvariant(), condition);
    }

    public static void Drop(TableDraft draft, string name)
    {
        var property = Find(draft, name) ?? throw draft.Refuse(DeltaLogError.InvalidProperty, $"Expected a constraint '{name}' of '{draft.Root}', found none.");
        draft.Set(property, null);
    }

    /// <summary>Throws <see cref="DeltaLogError.InvalidData"/> where a row does not meet the condition.</summary>
    public static async Task RequireMetAsync(
        DeltaTable table,
        DuckDbConnection connection,
        Snapshot snapshot,
        string name,
        string condition,
        CancellationToken cancellationToken
    )
    {
        using var session = new UtcSession(connection);
        var sql = Translate(connection, snapshot, name, condition);
        var scan = await new TableReader(table.Store).ScanSqlAsync(snapshot, null, cancellationToken).ConfigureAwait(false);
        long broken;
        try
        {
            broken = await Task.Run(
                    () => connection.Scalar<long>($"SELECT count(*) FROM ({scan}) WHERE ({sql}) IS NOT TRUE", cancellationToken),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (DuckDbException exception)
        {
            throw WriteFailure.Translate(exception, table, snapshot);
        }

        if (broken > 0)
            throw new DeltaLogException(
                DeltaLogError.InvalidData,
                $"The constraint '{name}' ({condition}) cannot be added to '{snapshot.TableRoot}': {broken} rows do not meet it."
            )
            {
                TableRoot = snapshot.TableRoot,
                Version = snapshot.Version,
            };
    }

    private static string? Find(TableDraft draft, string name) =>
        draft.Metadata.Configuration.Keys.FirstOrDefault(key => string.Equals(key, TableConstraints.Prefix + name, StringComparison.OrdinalIgnoreCase));

    // In the words that writers keep it by; what they could not keep must not be added.
    private static string Translate(DuckDbConnection connection, Snapshot snapshot, string name, string condition)
    {
        try
        {
            return new TableExpressions(connection, snapshot.Schema, snapshot.TableRoot)
                .Condition(TableFeatures.CheckConstraints, $"the constraint '{name}'", condition)
                .Sql;
        }
        catch (DeltaLogException exception) when (exception.Error == DeltaLogError.UnsupportedWriterFeature)
        {
            throw new DeltaLogException(
                DeltaLogError.InvalidData,
                $"The constraint '{name}' cannot be added to '{snapshot.TableRoot}'. {exception.Message}",
                exception
            )
            {
                TableRoot = snapshot.TableRoot,
            };
        }
    }
}
