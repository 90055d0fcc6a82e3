using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Schema;
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
    private const string Prefix = "delta.constraints.";

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
        draft.Set(Prefix + name.ToLowerInvariant(), condition);
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
        var scan = await new TableReader(table.Store).ScanSqlAsync(snapshot, null, cancellationToken).ConfigureAwait(false);
        try
        {
            using (connection.Prepare($"SELECT 1 FROM ({Nothing(snapshot)}) WHERE ({condition})")) { }
        }
        catch (DuckDbException exception)
        {
            throw new DeltaLogException(
                DeltaLogError.InvalidData,
                $"The constraint '{name}' is no condition on the columns of '{snapshot.TableRoot}': {exception.Message}",
                exception
            )
            {
                TableRoot = snapshot.TableRoot,
            };
        }

        long broken;
        try
        {
            broken = await Task.Run(
                    () => connection.Scalar<long>($"SELECT count(*) FROM ({scan}) WHERE ({condition}) IS NOT TRUE", cancellationToken),
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
        draft.Metadata.Configuration.Keys.FirstOrDefault(key => string.Equals(key, Prefix + name, StringComparison.OrdinalIgnoreCase));

    private static string Nothing(Snapshot snapshot) =>
        $"SELECT {string.Join(", ", snapshot.Schema.Fields.Select(field => $"CAST(NULL AS {DuckDbTypes.Sql(field.Type)}) AS {SqlText.Identifier(field.Name)}"))}";
}
