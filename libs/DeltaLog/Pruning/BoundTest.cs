namespace Tideway.DeltaLog.Pruning;

/// <summary>A condition whose columns are found and whose constants have the columns' types.</summary>
internal abstract class BoundTest
{
    /// <summary>What the condition can come to in the file that the columns' states are about.</summary>
    public abstract Outcomes Evaluate();

    internal sealed class Fixed(Outcomes outcomes) : BoundTest
    {
        public override Outcomes Evaluate() => outcomes;
    }

    internal sealed class Compare(PrunedColumn column, Comparison comparison, Bound value) : BoundTest
    {
        public override Outcomes Evaluate() => ColumnTests.Compare(column.State, comparison, value);
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
        public override Outcomes Evaluate()
        {
            var outcomes = Outcomes.True;
            foreach (var operand in operands)
                outcomes = outcomes.And(operand.Evaluate());
            return outcomes;
        }
    }

    internal sealed class Or(BoundTest[] operands) : BoundTest
    {
        public override Outcomes Evaluate()
        {
            var outcomes = Outcomes.False;
            foreach (var operand in operands)
                outcomes = outcomes.Or(operand.Evaluate());
            return outcomes;
        }
    }

    internal sealed class Not(BoundTest operand) : BoundTest
    {
        public override Outcomes Evaluate() => operand.Evaluate().Not();
    }
}
