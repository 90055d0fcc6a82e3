using Tideway.DeltaLog.CrossCheck.Tests.Engine;

namespace Tideway.DeltaLog.CrossCheck.Tests.Sequences;

public sealed class InterruptedSequenceTests(IndependentEngine engine) : RandomSequences(engine)
{
    [Fact]
    public Task Operations_that_break_off_are_done_or_not_but_never_half() => RunAsync(1001, 12, failing: true);
}
