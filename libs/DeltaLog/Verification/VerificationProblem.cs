namespace Tideway.DeltaLog.Verification;

/// <summary>What was looked at.</summary>
public enum VerificationCheck
{
    /// <summary>Commits, checkpoints and compactions agree.</summary>
    Log,

    /// <summary>The version's checksum file agrees with the log.</summary>
    Checksum,

    /// <summary>Data files are there, with the size that the log says.</summary>
    Files,

    /// <summary>Deletion vectors can be read, and their checksums and counts are right.</summary>
    DeletionVectors,

    /// <summary>Data files have the rows that their statistics say.</summary>
    Statistics,
}

/// <summary>Something about a table that is not as it should be.</summary>
/// <param name="Check">What was looked at.</param>
/// <param name="Message">What was expected, and what was found.</param>
/// <param name="File">Path of the file that it is about, as in the log, where it is about one.</param>
public sealed record VerificationProblem(VerificationCheck Check, string Message, string? File = null);
