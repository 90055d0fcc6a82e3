namespace Tideway.DeltaLog.FileSets;

/// <summary>What a row of a <see cref="FileSegment"/> has.</summary>
[Flags]
internal enum FileFlags : byte
{
    None = 0,
    DataChange = 1,
    Stats = 2,

    /// <summary>The canonical path is not the path as written.</summary>
    Respelt = 4,
    Vector = 8,
    Tags = 16,
    Clustering = 32,
    BaseRowId = 64,
    RowCommitVersion = 128,
}
