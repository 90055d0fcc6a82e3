namespace Tideway.Benchmarks.Events;

/// <summary>A change of state about which others are told; about 400 bytes as JSON.</summary>
public sealed record MeasuredChange
{
    public required Guid Id { get; init; }

    public required long Number { get; init; }

    public required string Text { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }
}
