using System.Text.Json;
using Tideway.Cli.Output;
using Tideway.Cli.Read;
using Tideway.DeltaSharing.Client;

namespace Tideway.Cli.Volumes;

/// <summary>Files of a volume that did not come, and why. Not for several threads.</summary>
internal sealed class UnfetchedFiles(ResultWriter output)
{
    // So many are kept for the end; what goes beyond is told as it happens.
    private const int Kept = 1000;

    // So many in a row, and nobody is there who would send the next.
    private const int TransientInARow = 20;

    // No space on the device, none in the quota: of Linux, of macOS and of Windows.
    private static readonly int[] NoSpace = [28, 122, 69, unchecked((int)0x80070070), unchecked((int)0x80070027)];

    private readonly List<(string Path, string Reason)> told = [];
    private int transientInARow;
    private int? exitCode;

    public int Count { get; private set; }

    /// <summary>Whether after this failure no other file is worth trying.</summary>
    public bool EndsAll(DeltaSharingException failure)
    {
        transientInARow = failure.IsTransient ? transientInARow + 1 : transientInARow;
        return failure.Error
                is DeltaSharingError.Unauthorized
                    or DeltaSharingError.CredentialRefused
                    or DeltaSharingError.Unreachable
                    or DeltaSharingError.TooManyRequests
            || failure.InnerException is IOException disk && NoSpace.Contains(disk.HResult)
            || transientInARow >= TransientInARow;
    }

    public void NoteSuccess() => transientInARow = 0;

    public void Add(string path, DeltaSharingException failure)
    {
        Count++;
        var code = SharingFailure.ExitCodeOf(failure.Error);
        exitCode = exitCode is null || exitCode == code ? code : ExitCode.Failed;
        var reason = SharingFailure.TextOf(failure);
        if (output.IsJson)
            output.Line(
                JsonSerializer.SerializeToElement(
                    new
                    {
                        path,
                        outcome = "failed",
                        reason,
                    }
                ),
                _ => ""
            );
        if (told.Count < Kept)
            told.Add((path, reason));
        else
            Tell(path, reason);
    }

    /// <summary>Tells of each, in the order of their paths.</summary>
    public void TellAll()
    {
        foreach (var (path, reason) in told.OrderBy(file => file.Path, StringComparer.Ordinal))
            Tell(path, reason);
    }

    /// <summary>What the command ends with where files are missing: the exit code that all of them have, or that something failed.</summary>
    public CliFailure ToFailure(int total) => new(exitCode ?? ExitCode.Failed, $"{Count} of {total} files did not come.");

    private void Tell(string path, string reason) => output.Message($"not fetched  {path}: {reason}");
}
