using Tideway.DeltaLog.Pruning;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>
/// The conditions that a client says all rows wanted meet, for leaving out files that hold none. They are hints: whatever is not understood, or could be meant
/// otherwise, leaves out nothing, and nothing of them ever fails a query.
/// </summary>
internal static class QueryHints
{
    /// <summary>
    /// The condition by which files may be left out, <see langword="null"/> where there is none; and whether that is all that the client says of the rows.
    /// </summary>
    public static (Predicate? Predicate, bool IsAll) Read(QueryRequest query, Snapshot snapshot)
    {
        if (query.PredicateHints.Count == 0 && query.JsonPredicateHints is null)
            return (null, true);
        // Some send an empty one where they have none.
        var said = query
            .PredicateHints.Where(hint => !string.IsNullOrWhiteSpace(hint))
            .Select(hint => SqlPredicate.TryParse(hint, SqlDialect.Unstated))
            .ToList();
        if (!string.IsNullOrWhiteSpace(query.JsonPredicateHints))
            said.Add(JsonPredicate.TryParse(query.JsonPredicateHints, snapshot.Schema));
        var safe = said.OfType<Predicate>().Select(item => Guard(item, snapshot.Schema)).Where(item => item is not UnknownPredicate).ToList();
        return (
            safe.Count switch
            {
                0 => null,
                1 => safe[0],
                _ => new AndPredicate(safe),
            },
            safe.Count == said.Count
        );
    }

    // A time without a zone is one of the client's session, which only the client knows; and so is what a time with a zone is on its clocks and in its
    // calendar.
    private static Predicate Guard(Predicate predicate, StructType schema) =>
        predicate switch
        {
            AndPredicate and => new AndPredicate([.. and.Operands.Select(item => Guard(item, schema))]),
            OrPredicate or => new OrPredicate([.. or.Operands.Select(item => Guard(item, schema))]),
            NotPredicate not => new NotPredicate(Guard(not.Operand, schema)),
            ComparisonPredicate comparison when IsAmbiguous(comparison.Column, [comparison.Value], schema) => new UnknownPredicate(),
            InPredicate isIn when IsAmbiguous(isIn.Column, isIn.Values, schema) => new UnknownPredicate(),
            _ => predicate,
        };

    private static bool IsAmbiguous(IReadOnlyList<string> column, IReadOnlyList<Literal> values, StructType schema) =>
        TypeOf(column, schema) switch
        {
            PrimitiveType { Kind: PrimitiveKind.Timestamp } => values.Any(value => value.Kind != LiteralKind.Null && !HasZone(value.Text)),
            PrimitiveType { Kind: PrimitiveKind.TimestampNtz or PrimitiveKind.Date } => values.Any(value =>
                value.Kind != LiteralKind.Null && HasZone(value.Text)
            ),
            _ => false,
        };

    private static bool HasZone(string text)
    {
        var time = text.Trim().AsSpan();
        return time.EndsWith("Z", StringComparison.OrdinalIgnoreCase) || (time.Length > 10 && time[10..].ContainsAny('+', '-'));
    }

    private static DeltaType? TypeOf(IReadOnlyList<string> column, StructType schema)
    {
        DeltaType? type = schema;
        foreach (var name in column)
            type = (type as StructType)?.Fields.FirstOrDefault(field => string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase))?.Type;
        return type;
    }
}
