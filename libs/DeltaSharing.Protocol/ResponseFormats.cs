namespace Tideway.DeltaSharing.Protocol;

/// <summary>The forms that the lines of a table answer can have.</summary>
[Flags]
public enum ResponseFormats
{
    /// <summary>None that is known here.</summary>
    None = 0,

    /// <summary>Parquet files with plain fields, the form for tables without advanced features.</summary>
    Parquet = 1,

    /// <summary>Delta log actions, the form for every table.</summary>
    Delta = 2,
}
