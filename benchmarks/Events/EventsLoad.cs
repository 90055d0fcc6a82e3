namespace Tideway.Benchmarks.Events;

/// <summary>What ours and the baseline alike are given.</summary>
internal static class EventsLoad
{
    /// <summary>Changes in a round.</summary>
    public const int Changes = 20_000;

    /// <summary>Rounds beforehand, until code is compiled as a service has it after its first minutes.</summary>
    public const int WarmUpRounds = 2;

    public static MeasuredChange Change(int number) =>
        new()
        {
            Id = Guid.CreateVersion7(),
            Number = number,
            Text = new string('x', 270),
            OccurredAt = TimeProvider.System.GetUtcNow(),
        };
}
