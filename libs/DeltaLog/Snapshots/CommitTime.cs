using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Snapshots;

/// <summary>
/// When a commit was made, as far as its file says. Delta counts in milliseconds, and what is told in milliseconds must find the version again: a file
/// time with more digits would be later than what anybody can ask for.
/// </summary>
internal static class CommitTime
{
    public static DateTimeOffset Of(ObjectInfo commit) => OfFile(commit.LastModified);

    public static DateTimeOffset OfFile(DateTimeOffset modified) => new(modified.Ticks - (modified.Ticks % TimeSpan.TicksPerMillisecond), modified.Offset);
}
