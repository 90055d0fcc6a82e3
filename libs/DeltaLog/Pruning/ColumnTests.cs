namespace Tideway.DeltaLog.Pruning;

/// <summary>What conditions on one column can come to, from what is known of its values.</summary>
internal static class ColumnTests
{
    public static Outcomes IsNull(ColumnState column) => OutcomeLogic.When(column.MayBeNull, column.MayBeValue);

    public static Outcomes Compare(ColumnState column, Comparison comparison, Bound value)
    {
        if (comparison == Comparison.NullSafeEqual)
        {
            var equal = column.MayBeValue ? OfValues(column, Comparison.Equal, value) : Outcomes.None;
            return equal | (column.MayBeNull ? Outcomes.False : Outcomes.None);
        }

        return (column.MayBeValue ? OfValues(column, comparison, value) : Outcomes.None) | (column.MayBeNull ? Outcomes.Null : Outcomes.None);
    }

    public static Outcomes StartsWith(ColumnState column, Bound prefix)
    {
        var outcomes = column.MayBeNull ? Outcomes.Null : Outcomes.None;
        if (!column.MayBeValue)
            return outcomes;
        var text = prefix.Text;
        var (min, max) = (column.Min, column.Max);
        var below = min.IsKnown && (min.Text.Length > text.Length ? min.Text[..text.Length] : min.Text).SequenceCompareTo(text) > 0;
        var above = max.IsKnown && max.Text.SequenceCompareTo(text) < 0 && !(max.IsPrefix && text.StartsWith(max.Text));
        var all = min.IsKnown && max.IsKnown && min.Text.StartsWith(text) && max.Text.StartsWith(text);
        return outcomes | OutcomeLogic.When(!below && !above, !all);
    }

    private static Outcomes OfValues(ColumnState column, Comparison comparison, Bound value)
    {
        // Not-a-number is greater than all, and statistics leave it out.
        if (value.IsNaN)
            return Outcomes.True | Outcomes.False;
        var mayBeNaN = value.Kind == ValueKind.Double && !column.IsExact;
        // Below -1: no value is less than the constant, or equal to it, and so on. Null: not known.
        var min = column.Min.CompareTo(value);
        var max = column.Max.IsPrefix && column.Max.IsKnown && value.Text.StartsWith(column.Max.Text) ? null : column.Max.CompareTo(value);
        return comparison switch
        {
            Comparison.Equal => OutcomeLogic.When(!(min > 0 || max < 0), !(min == 0 && max == 0) || mayBeNaN),
            Comparison.NotEqual => OutcomeLogic.When(!(min == 0 && max == 0) || mayBeNaN, !(min > 0 || max < 0)),
            Comparison.Less => OutcomeLogic.When(!(min >= 0), !(max < 0) || mayBeNaN),
            Comparison.LessOrEqual => OutcomeLogic.When(!(min > 0), !(max <= 0) || mayBeNaN),
            Comparison.Greater => OutcomeLogic.When(!(max <= 0) || mayBeNaN, !(min > 0)),
            Comparison.GreaterOrEqual => OutcomeLogic.When(!(max < 0) || mayBeNaN, !(min >= 0)),
            _ => throw new ArgumentOutOfRangeException(nameof(comparison), comparison, "Unknown comparison."),
        };
    }
}
