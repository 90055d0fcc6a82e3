using Tideway.DeltaLog.CrossCheck.Tests.Engine;

namespace Tideway.DeltaLog.CrossCheck.Tests.Sequences;

public sealed class RandomSequenceTests(IndependentEngine engine) : RandomSequences(engine)
{
    [Fact]
    public Task Every_version_and_its_changes_are_those_of_the_model() => RunAsync(1, 10, failing: false);
}
