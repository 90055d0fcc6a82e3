namespace Tideway.Hosting.Tests.Messaging;

/// <summary>Something was written down; the event of these tests.</summary>
public sealed record NoteWritten
{
    public required string Text { get; init; }

    public string? Comment { get; init; }
}
