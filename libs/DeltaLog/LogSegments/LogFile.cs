using System.Globalization;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.LogSegments;

/// <summary>What a file of the log is.</summary>
internal enum LogFileKind
{
    Commit,
    ClassicCheckpoint,
    CheckpointPart,
    UuidCheckpoint,
    Compaction,
    Other,
}

/// <summary>
/// A file of the log, understood by its name.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#file-types">File Types</see>.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Version">Version that it is about; the first one for a compaction.</param>
/// <param name="Part">Number of the part of a multi-part checkpoint, from 1; else 0.</param>
/// <param name="Parts">Number of parts of a multi-part checkpoint; else 0.</param>
/// <param name="Info">The object itself.</param>
internal readonly record struct LogFile(LogFileKind Kind, long Version, int Part, int Parts, ObjectInfo Info)
{
    public const string Folder = "_delta_log/";
    public const string SidecarFolder = Folder + "_sidecars/";
    private const int VersionDigits = 20;
    private const string Compacted = ".compacted.json";

    /// <summary>The last version of a compaction; else 0.</summary>
    public long LastVersion { get; private init; }

    /// <summary>Whether it is a checkpoint, or a part of one.</summary>
    public bool IsOfCheckpoint => Kind is LogFileKind.ClassicCheckpoint or LogFileKind.CheckpointPart or LogFileKind.UuidCheckpoint;

    public static string CommitKey(long version) => $"{Folder}{version:D20}.json";

    public static string CheckpointKey(long version) => $"{Folder}{version:D20}.checkpoint.parquet";

    public static string ChecksumKey(long version) => $"{Folder}{version:D20}.crc";

    public static string UuidCheckpointKey(long version, Guid id) => $"{Folder}{version:D20}.checkpoint.{id}.parquet";

    /// <summary>Sorts directly before every file of that version.</summary>
    public static string KeyBefore(long version) => $"{Folder}{version:D20}";

    public static LogFile Parse(ObjectInfo info)
    {
        var name = info.Key.AsSpan(Folder.Length);
        if (name.Length <= VersionDigits || name[VersionDigits] != '.' || !TryNumber(name[..VersionDigits], out var version))
            return new LogFile(LogFileKind.Other, -1, 0, 0, info);
        var rest = name[(VersionDigits + 1)..];
        if (rest is "json")
            return new LogFile(LogFileKind.Commit, version, 0, 0, info);
        if (rest is "checkpoint.parquet")
            return new LogFile(LogFileKind.ClassicCheckpoint, version, 0, 0, info);
        if (rest.Length == VersionDigits + Compacted.Length && rest.EndsWith(Compacted, StringComparison.Ordinal))
        {
            return TryNumber(rest[..VersionDigits], out var last) && last > version
                ? new LogFile(LogFileKind.Compaction, version, 0, 0, info) { LastVersion = last }
                : new LogFile(LogFileKind.Other, version, 0, 0, info);
        }

        return rest.StartsWith("checkpoint.", StringComparison.Ordinal)
            ? ParseCheckpoint(rest["checkpoint.".Length..], version, info)
            : new LogFile(LogFileKind.Other, version, 0, 0, info);
    }

    private static LogFile ParseCheckpoint(ReadOnlySpan<char> rest, long version, ObjectInfo info)
    {
        // 0000000001.0000000003.parquet, or <uuid>.json, or <uuid>.parquet
        if (
            rest.Length == 29
            && rest[10] == '.'
            && rest.EndsWith(".parquet", StringComparison.Ordinal)
            && TryNumber(rest[..10], out var part)
            && TryNumber(rest[11..21], out var parts)
            && part >= 1
            && part <= parts
            && parts <= 100_000
        )
            return new LogFile(LogFileKind.CheckpointPart, version, (int)part, (int)parts, info);
        if (rest.Length > 37 && rest[36] == '.' && rest[37..] is "json" or "parquet" && Guid.TryParseExact(rest[..36], "D", out _))
            return new LogFile(LogFileKind.UuidCheckpoint, version, 0, 0, info);
        return new LogFile(LogFileKind.Other, version, 0, 0, info);
    }

    private static bool TryNumber(ReadOnlySpan<char> digits, out long number) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
