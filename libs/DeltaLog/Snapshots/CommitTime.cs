using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Snapshots;

/// <summary>
/// When a commit was made, as far as its file says. Delta counts in milliseconds, and what is told in milliseconds must find the version again: a file
/// time with more digits would be later than what anybody can ask for.
/// </summary>
internal static class CommitTime
{
    public static DateTimeOffset Of(ObjectInfo commit) => OfFile(commit.LastModified);

    /// <summary>The same, later than the commit before it: a file time that is not is moved to a millisecond after that one's.</summary>
    public static DateTimeOffset After(DateTimeOffset? before, ObjectInfo commit)
    {
        var time = Of(commit);
        return before is { } last && time <= last ? last.AddMilliseconds(1) : time;
    }

    public static DateTimeOffset OfFile(DateTimeOffset modified) => new(modified.Ticks - (modified.Ticks % TimeSpan.TicksPerMillisecond), modified.Offset);
}
