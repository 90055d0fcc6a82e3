using Tideway.DeltaLog;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Server.Answers;

namespace Tideway.CdfPublisher.Changes;

/// <summary>Whether the files of row changes are still there: vacuum deletes them, oldest first, and the log goes on to name them.</summary>
internal static class KeptFiles
{
    // How many versions are read for one that tells a file, where its neighbours tell none.
    private const int MostRead = 100;

    /// <summary>
    /// Looks up the file of a range that goes first; a refusal that says from where on files are there, where it is gone. A range that is whole costs this one look.
    /// </summary>
    public static async Task<ProtocolRefusal?> CheckAsync(DeltaTable table, LoggedFile? firstToGo, ChangesCursor page, CancellationToken cancellationToken)
    {
        if (firstToGo is null || await IsThereAsync(table, firstToGo, cancellationToken))
            return null;
        var earliest = await FindEarliestAsync(table, firstToGo, page.Latest, cancellationToken);
        return RefuseBefore(earliest, page.Start, $"The file '{firstToGo.Path}' of version {firstToGo.Version} of '{table.Store.Root}' is gone.");
    }

    /// <summary>400: what is asked for is no longer kept.</summary>
    public static ProtocolRefusal RefuseBefore(long earliest, long start, string reason) =>
        ProtocolRefusals.Invalid($"Version {start} is before the earliest available version: changes can be read from version {earliest} on.") with
        {
            OperatorMessage = reason,
        };

    // Halves the versions after one whose file is gone, up to the latest, with one look each. Where none has its files, the next version will.
    private static async Task<long> FindEarliestAsync(DeltaTable table, LoggedFile gone, long latest, CancellationToken cancellationToken)
    {
        var (last, next) = (gone.Version, latest + 1);
        while (next - last > 1)
        {
            var middle = last + ((next - last) / 2);
            var file = await FindFirstToGoAsync(table, gone.Header, middle, Math.Min(middle + MostRead, next) - 1, cancellationToken);
            if (file is null || await IsThereAsync(table, file, cancellationToken))
                next = middle;
            else
                last = file.Version;
        }

        return next;
    }

    private static async Task<LoggedFile?> FindFirstToGoAsync(DeltaTable table, TableHeader header, long from, long to, CancellationToken cancellationToken)
    {
        // What is told of times is not looked at, so that those before need not be known.
        var options = new ChangesOptions { Description = (header.Protocol, header.Metadata), After = DateTimeOffset.UnixEpoch };
        LoggedFile? first = null;
        await foreach (var changes in table.ReadChangesAsync(from, to, options, cancellationToken))
        {
            header = header.After(changes);
            first = LoggedFile.FirstToGo(first, changes, header);
            if (first?.IsOutdated == true)
                break;
        }

        return first;
    }

    private static async Task<bool> IsThereAsync(DeltaTable table, LoggedFile file, CancellationToken cancellationToken) =>
        await table.Store.FindAsync(FilePath.Key(file.Path, table.Store.Root), cancellationToken) is not null;
}
