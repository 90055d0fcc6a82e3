namespace Tideway.DeltaLog.Pruning;

/// <summary>A condition whose columns are found and whose constants have the columns' types.</summary>
internal abstract class BoundTest
{
    /// <summary>What the condition can come to in the file that the columns' states are about.</summary>
    public abstract Outcomes Evaluate();

    /// <summary>How many tests it is made of, itself included: all may be evaluated for each file.</summary>
    public virtual int Size => 1;

    internal sealed class Fixed(Outcomes outcomes) : BoundTest
    {
        public override Outcomes Evaluate() => outcomes;
    }

    internal sealed class Compare(PrunedColumn column, Comparison comparison, Bound value) : BoundTest
    {
        public override Outcomes Evaluate() => ColumnTests.Compare(column.State, comparison, value);
    }

    /// <summary>
    /// Whether a column is one of some constants: of one kind, in their order, each once, and none that is not a number. However many there are, two tell: the least
    /// that is not below all values, and the one after it.
    /// </summary>
    internal sealed class In(PrunedColumn column, Bound[] values) : BoundTest
    {
        public override Outcomes Evaluate()
        {
            var state = column.State;
            var next = Math.Min(FirstFrom(state.Min), values.Length - 1);
            var outcomes = ColumnTests.Compare(state, Comparison.Equal, values[next]);
            return next + 1 < values.Length ? outcomes.Or(ColumnTests.Compare(state, Comparison.Equal, values[next + 1])) : outcomes;
        }

        // Where nothing is known of the least value, any two of the constants tell that.
        private int FirstFrom(Bound min)
        {
            var (low, high) = (0, values.Length);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (values[middle].CompareTo(min) < 0)
                    low = middle + 1;
                else
                    high = middle;
            }

            return low;
        }
    }

    internal sealed class IsNull(PrunedColumn column) : BoundTest
    {
        public override Outcomes Evaluate() => ColumnTests.IsNull(column.State);
    }

    internal sealed class StartsWith(PrunedColumn column, Bound prefix) : BoundTest
    {
        public override Outcomes Evaluate() => ColumnTests.StartsWith(column.State, prefix);
    }

    internal sealed class And(BoundTest[] operands) : BoundTest
    {
        public override int Size => 1 + operands.Sum(operand => operand.Size);

        public override Outcomes Evaluate()
        {
            var outcomes = Outcomes.True;
            foreach (var operand in operands)
            {
                outcomes = outcomes.And(operand.Evaluate());
                // Nothing that follows makes it another.
                if (outcomes is Outcomes.False or Outcomes.None)
                    break;
            }

            return outcomes;
        }
    }

    internal sealed class Or(BoundTest[] operands) : BoundTest
    {
        public override int Size => 1 + operands.Sum(operand => operand.Size);

        public override Outcomes Evaluate()
        {
            var outcomes = Outcomes.False;
            foreach (var operand in operands)
            {
                outcomes = outcomes.Or(operand.Evaluate());
                if (outcomes is Outcomes.True or Outcomes.None)
                    break;
            }

            return outcomes;
        }
    }

    internal sealed class Not(BoundTest operand) : BoundTest
    {
        public override int Size => 1 + operand.Size;

        public override Outcomes Evaluate() => operand.Evaluate().Not();
    }
}
