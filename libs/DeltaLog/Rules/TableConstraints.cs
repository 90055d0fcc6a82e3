using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Features;

namespace Tideway.DeltaLog.Rules;

/// <summary>
/// The CHECK constraints in a table's properties.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#check-constraints">CHECK Constraints</see>.
/// </summary>
public static class TableConstraints
{
    /// <summary>What comes before the name of a constraint in the name of its property.</summary>
    public const string Prefix = "delta.constraints.";

    /// <summary>Name and condition of each constraint in force, ordered by name.</summary>
    public static IReadOnlyList<(string Name, string Condition)> Of(Protocol protocol, Metadata metadata)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(metadata);
        if (!protocol.Has(TableFeatures.CheckConstraints))
            return [];
        return
        [
            .. metadata
                .Configuration.Where(pair => pair.Key.StartsWith(Prefix, StringComparison.Ordinal))
                .Select(pair => (pair.Key[Prefix.Length..], pair.Value))
                .OrderBy(pair => pair.Item1, StringComparer.Ordinal),
        ];
    }
}
