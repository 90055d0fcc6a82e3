namespace Tideway.DeltaLog;

/// <summary>The Delta log engine could not do what was asked. The message says what was expected, what was found and where.</summary>
public class DeltaLogException(DeltaLogError error, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>What went wrong.</summary>
    public DeltaLogError Error { get; } = error;

    /// <summary>Root of the table, where known.</summary>
    public Uri? TableRoot { get; init; }

    /// <summary>Table version that the failure is about, where there is one.</summary>
    public long? Version { get; init; }

    /// <summary>
    /// The first version that could have been had, where <see cref="Version"/> is one before it that is no longer kept; else, or where none is known,
    /// <see langword="null"/>.
    /// </summary>
    public long? EarliestVersion { get; init; }

    /// <summary>Key of the file that the failure is about, relative to the table's root, where there is one.</summary>
    public string? File { get; init; }
}
