using System.Text;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Pruning;

/// <summary>
/// Finds the columns of a condition in a table. What cannot be told from partition values and statistics may come to anything.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#column-mapping">Column Mapping</see>.
/// </summary>
internal sealed class PredicateBinder(Snapshot snapshot)
{
    /// <summary>
    /// How many tests one condition has at most; what goes beyond may come to anything. Each is made for each file, and conditions come from strangers. The constants
    /// that one column is compared with are one test, however many they are.
    /// </summary>
    public const int MaxTests = 256;

    // As many join others as there can be with one and what is decided already in each.
    private const int MaxJoins = 2 * MaxTests;

    private static readonly BoundTest Anything = new BoundTest.Fixed(Outcomes.Any);

    private readonly ColumnMappingMode mode = ColumnMapping.Of(snapshot.Protocol, snapshot.Metadata);
    private readonly Dictionary<string, PrunedColumn?> columns = new(StringComparer.Ordinal);
    private int tests;
    private int joins;

    /// <summary>The columns that were found, each once.</summary>
    public IEnumerable<PrunedColumn> Columns => columns.Values.OfType<PrunedColumn>();

    public BoundTest Bind(Predicate predicate) =>
        predicate switch
        {
            AndPredicate and => Join(and.Operands.Select(Bind), Outcomes.True, OutcomeLogic.And, operands => new BoundTest.And(operands)),
            OrPredicate or => Any(or),
            NotPredicate not => Negate(Bind(not.Operand)),
            ComparisonPredicate comparison => Compare(comparison.Column, comparison.Comparison, comparison.Value),
            InPredicate isIn => In(isIn.Column, isIn.Values),
            IsNullPredicate isNull => Find(isNull.Column) is { } column ? Test(new BoundTest.IsNull(column)) : Anything,
            StartsWithPredicate startsWith => StartsWith(startsWith),
            _ => Anything,
        };

    private BoundTest Compare(IReadOnlyList<string> path, Comparison comparison, Literal value)
    {
        if (value.Kind == LiteralKind.Null)
        {
            if (comparison == Comparison.NullSafeEqual)
                return Find(path) is { } nullable ? Test(new BoundTest.IsNull(nullable)) : Anything;
            return new BoundTest.Fixed(Outcomes.Null);
        }

        return Find(path) is { } column && Constant(column.Type, value) is { } constant ? Test(new BoundTest.Compare(column, comparison, constant)) : Anything;
    }

    private BoundTest Test(BoundTest test) => ++tests > MaxTests ? Anything : test;

    private BoundTest Negate(BoundTest operand) =>
        operand is BoundTest.Fixed ? new BoundTest.Fixed(operand.Evaluate().Not()) : Joined(new BoundTest.Not(operand));

    private BoundTest Either(IEnumerable<BoundTest> operands) => Join(operands, Outcomes.False, OutcomeLogic.Or, open => new BoundTest.Or(open));

    // What is decided already is decided once, and not for each file.
    private BoundTest Join(IEnumerable<BoundTest> operands, Outcomes neutral, Func<Outcomes, Outcomes, Outcomes> join, Func<BoundTest[], BoundTest> make)
    {
        var (decided, open) = (neutral, new List<BoundTest>());
        foreach (var operand in operands)
        {
            if (operand is BoundTest.Fixed)
                decided = join(decided, operand.Evaluate());
            else
                open.Add(operand);
        }

        if (open.Count == 0)
            return new BoundTest.Fixed(decided);
        if (decided != neutral)
            open.Insert(0, new BoundTest.Fixed(decided));
        return open is [var only] ? only : Joined(make([.. open]));
    }

    private BoundTest Joined(BoundTest made) => ++joins > MaxJoins ? Anything : made;

    // Clients write a list of constants as conditions of their own: those on one column are one test.
    private BoundTest Any(OrPredicate or)
    {
        var others = new List<Predicate>();
        var lists = new Dictionary<string, (IReadOnlyList<string> Column, List<Literal> Values)>(StringComparer.Ordinal);
        Sort(or);
        return Either([.. lists.Values.Select(list => In(list.Column, list.Values)), .. others.Select(Bind)]);

        void Sort(OrPredicate some)
        {
            foreach (var operand in some.Operands)
            {
                if (operand is OrPredicate inner)
                    Sort(inner);
                else if (operand is ComparisonPredicate { Comparison: Comparison.Equal } equal)
                    ListOf(equal.Column).Add(equal.Value);
                else if (operand is InPredicate isIn)
                    ListOf(isIn.Column).AddRange(isIn.Values);
                else
                    others.Add(operand);
            }
        }

        List<Literal> ListOf(IReadOnlyList<string> column)
        {
            var key = string.Join('\0', column);
            if (!lists.TryGetValue(key, out var list))
                lists.Add(key, list = (column, []));
            return list.Values;
        }
    }

    private BoundTest In(IReadOnlyList<string> path, IReadOnlyList<Literal> values)
    {
        var known = values.Where(value => value.Kind != LiteralKind.Null).ToList();
        var operands = new List<BoundTest>();
        if (known.Count < values.Count)
            operands.Add(new BoundTest.Fixed(Outcomes.Null));
        var column = known.Count == 0 ? null : Find(path);
        var constants = column is null ? [] : known.Select(value => Constant(column.Type, value)).OfType<Bound>().ToList();
        if (constants.Count < known.Count)
            operands.Add(Anything);
        // Not-a-number has no place in an order.
        if (constants.Find(constant => constant.IsNaN) is { } notANumber)
            operands.Add(Test(new BoundTest.Compare(column!, Comparison.Equal, notANumber)));
        foreach (var kind in constants.Where(constant => !constant.IsNaN).GroupBy(constant => constant.Kind))
            operands.Add(Test(new BoundTest.In(column!, Ordered(kind))));
        return Either(operands);
    }

    private static Bound[] Ordered(IEnumerable<Bound> constants)
    {
        var ordered = new List<Bound>();
        foreach (var constant in constants.Order(Comparer<Bound>.Create((left, right) => left.CompareTo(right) ?? 0)))
        {
            if (ordered.Count == 0 || ordered[^1].CompareTo(constant) != 0)
                ordered.Add(constant);
        }

        return [.. ordered];
    }

    private BoundTest StartsWith(StartsWithPredicate predicate)
    {
        if (Find(predicate.Column) is not { Type: PrimitiveType { Kind: PrimitiveKind.String } } column)
            return Anything;
        var prefix = new Bound();
        prefix.Set(Encoding.UTF8.GetBytes(predicate.Prefix));
        return Test(new BoundTest.StartsWith(column, prefix));
    }

    // Null where the comparison would not be one of the column's type.
    private static Bound? Constant(DeltaType type, Literal value)
    {
        var fits = type switch
        {
            PrimitiveType { Kind: PrimitiveKind.String } => value.Kind == LiteralKind.String,
            PrimitiveType { Kind: PrimitiveKind.Boolean } => value.Kind is LiteralKind.Boolean or LiteralKind.String,
            PrimitiveType { Kind: PrimitiveKind.Date or PrimitiveKind.Timestamp or PrimitiveKind.TimestampNtz } => value.Kind
                is LiteralKind.Date
                    or LiteralKind.Timestamp
                    or LiteralKind.String,
            _ => value.Kind is LiteralKind.Number or LiteralKind.String,
        };
        // Engines compare decimals with a number that has an exponent as floating point, rounded.
        if (!fits || (ValueText.KindOf(type) == ValueKind.Decimal && value.Text.AsSpan().ContainsAny('e', 'E')))
            return null;
        // A text becomes a value of the column's type first, and engines round on the way.
        if (value.Kind == LiteralKind.String && !IsExact(type, value.Text.AsSpan().Trim()))
            return null;
        var bound = new Bound();
        var exact = type is PrimitiveType { Kind: PrimitiveKind.Float } ? new PrimitiveType(PrimitiveKind.Double) : type;
        ValueText.Set(bound, exact, Encoding.UTF8.GetBytes(value.Text.Trim()));
        if (type is PrimitiveType { Kind: PrimitiveKind.String })
            bound.Set(Encoding.UTF8.GetBytes(value.Text));
        return bound.IsKnown ? bound : null;
    }

    private static bool IsExact(DeltaType type, ReadOnlySpan<char> text)
    {
        var scale = type switch
        {
            DecimalType number => number.Scale,
            PrimitiveType { Kind: PrimitiveKind.Byte or PrimitiveKind.Short or PrimitiveKind.Integer or PrimitiveKind.Long } => 0,
            PrimitiveType { Kind: PrimitiveKind.Float } => -1,
            _ => int.MaxValue,
        };
        if (scale == int.MaxValue)
            return true;
        var point = text.IndexOf('.');
        return scale >= 0 && (point < 0 ? !text.ContainsAny('e', 'E') : text.Length - point - 1 <= scale);
    }

    private PrunedColumn? Find(IReadOnlyList<string> path)
    {
        var key = string.Join('\0', path);
        if (columns.TryGetValue(key, out var known))
            return known;
        var found = Resolve(path);
        // One state per column, however its name is written.
        if (found is not null)
            found =
                Columns.FirstOrDefault(column =>
                    column.Path.Count == found.Path.Count && column.Path.Zip(found.Path).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second))
                ) ?? found;
        return columns[key] = found;
    }

    private PrunedColumn? Resolve(IReadOnlyList<string> path)
    {
        DeltaType type = snapshot.Schema;
        var names = new List<byte[]>();
        StructField? field = null;
        foreach (var name in path)
        {
            field = type is StructType structure ? Field(structure, name) : null;
            if (field is null)
                return null;
            names.Add(Encoding.UTF8.GetBytes(ColumnMapping.PhysicalName(field, mode)));
            type = field.Type;
        }

        // Texts under a collation have an order of their own.
        if (field is null || ValueText.KindOf(type) is null || field.Metadata.ContainsKey("__COLLATIONS"))
            return null;
        var isPartition = names.Count == 1 && snapshot.PartitionColumns.Contains(field.Name, StringComparer.Ordinal);
        var wasFloat = type is PrimitiveType { Kind: PrimitiveKind.Double } && field.Metadata.ContainsKey("delta.typeChanges");
        return new PrunedColumn(type, names, isPartition, wasFloat);
    }

    private static StructField? Field(StructType structure, string name) =>
        structure.Fields.FirstOrDefault(field => field.Name == name)
        ?? structure.Fields.FirstOrDefault(field => string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase));
}
