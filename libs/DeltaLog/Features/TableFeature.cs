namespace Tideway.DeltaLog.Features;

/// <summary>What the engine can do with tables that have a feature.</summary>
[Flags]
public enum FeatureSupport
{
    /// <summary>Nothing: the table is refused.</summary>
    None = 0,

    /// <summary>Its log and rows can be read.</summary>
    Read = 1,

    /// <summary>Actions made elsewhere can be committed to it.</summary>
    Commit = 2,

    /// <summary>Rows can be written to it.</summary>
    WriteRows = 4,

    /// <summary>Everything.</summary>
    Full = Read | Commit | WriteRows,
}

/// <summary>
/// A feature that a table's protocol may ask for.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#valid-feature-names-in-table-features">Valid Feature Names in Table Features</see>.
/// </summary>
/// <param name="Name">Name in the protocol.</param>
/// <param name="ForReaders">Whether readers must know it too.</param>
/// <param name="Support">What the engine can do.</param>
/// <param name="LegacyReaderVersion">Reader version below 3 that implies it; 0 where none does.</param>
/// <param name="LegacyWriterVersion">Writer version below 7 that implies it; 0 where none does.</param>
public sealed record TableFeature(string Name, bool ForReaders, FeatureSupport Support, int LegacyReaderVersion = 0, int LegacyWriterVersion = 0)
{
    /// <summary>What to know about the support, or why there is none.</summary>
    public string? Note { get; init; }
}
