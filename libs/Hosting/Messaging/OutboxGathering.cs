using Microsoft.Extensions.Options;

namespace Tideway.Hosting.Messaging;

/// <summary>
/// How long messages gather in an outbox (<see cref="BusOptions.OutboxGathering"/>): not at all after a quiet moment, and until that long after the last sending began
/// where they follow close by. It has a clock of its own: it is about the machine's pace, and not about what time it is.
/// </summary>
internal sealed class OutboxGathering(IOptions<BusOptions> options, TimeProvider clock)
{
    /// <summary>The moment at which a sending begins.</summary>
    public long Begin() => clock.GetTimestamp();

    /// <summary>Waits until messages go together that came since a sending has begun.</summary>
    public Task WaitAsync(long begun, CancellationToken cancellationToken) =>
        options.Value.OutboxGathering - clock.GetElapsedTime(begun) is var left && left > TimeSpan.Zero
            ? Task.Delay(left, clock, cancellationToken)
            : Task.CompletedTask;
}
