using System.Runtime.CompilerServices;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.DeletionVectors;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Snapshots;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Verification;

/// <summary>Looks for what is wrong with a version of a table. Nothing is changed.</summary>
/// <param name="table">The table.</param>
/// <param name="allowFilesOutside">As for <see cref="TableReader"/>.</param>
public sealed class TableVerifier(DeltaTable table, bool allowFilesOutside = false)
{
    private const int FilesAtATime = 500;

    /// <summary>
    /// The problems of a version, as they are found; none is good. With <paramref name="withRows"/> every data file is read to compare its rows with its
    /// statistics, which takes as long as reading the table and needs a store on local disk. Throws <see cref="DeltaLogException"/> where the version's
    /// types or features are not supported.
    /// </summary>
    public async IAsyncEnumerable<VerificationProblem> VerifyAsync(
        Snapshot snapshot,
        bool withRows,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        await foreach (var problem in LogVerification.FindAsync(table, snapshot, cancellationToken).ConfigureAwait(false))
            yield return problem;
        await foreach (var problem in ChecksumVerification.FindAsync(table.Store, snapshot, cancellationToken).ConfigureAwait(false))
            yield return problem;
        foreach (var files in snapshot.Files.Chunk(FilesAtATime))
        {
            var sound = new List<AddFile>();
            foreach (var file in files)
            {
                var problems = await FindAsync(file, cancellationToken).ConfigureAwait(false);
                foreach (var problem in problems)
                    yield return problem;
                if (problems.Count == 0)
                    sound.Add(file);
            }

            if (!withRows || sound.Count == 0)
                continue;
            var reader = new TableReader(table.Store, allowFilesOutside);
            foreach (var problem in await StatisticsVerification.FindAsync(reader, snapshot, sound, cancellationToken).ConfigureAwait(false))
                yield return problem;
        }
    }

    private async Task<List<VerificationProblem>> FindAsync(AddFile file, CancellationToken cancellationToken)
    {
        var problems = new List<VerificationProblem>();
        try
        {
            if (await SizeAsync(file, cancellationToken).ConfigureAwait(false) is not { } size)
                problems.Add(new VerificationProblem(VerificationCheck.Files, "The file is not there.", file.Path));
            else if (size != file.Size)
                problems.Add(new VerificationProblem(VerificationCheck.Files, $"The log says {file.Size} bytes, the file has {size}.", file.Path));
        }
        catch (DeltaLogException exception)
        {
            problems.Add(new VerificationProblem(VerificationCheck.Files, exception.Message, file.Path));
        }

        if (file.DeletionVector is { } vector && await FindAsync(file, vector, cancellationToken).ConfigureAwait(false) is { } fault)
            problems.Add(new VerificationProblem(VerificationCheck.DeletionVectors, fault, file.Path));
        return problems;
    }

    private async Task<long?> SizeAsync(AddFile file, CancellationToken cancellationToken)
    {
        if (allowFilesOutside && FilePath.OutsideOnDisk(file.Path, table.Store.Root) is { } outside)
            return System.IO.File.Exists(outside) ? new FileInfo(outside).Length : null;
        return (await table.Store.FindAsync(FilePath.Key(file.Path, table.Store.Root), cancellationToken).ConfigureAwait(false))?.Size;
    }

    private async Task<string?> FindAsync(AddFile file, DeletionVectorDescriptor vector, CancellationToken cancellationToken)
    {
        try
        {
            var deleted = await new DeletionVectorReader(table.Store, allowFilesOutside).ReadAsync(vector, cancellationToken).ConfigureAwait(false);
            return file.PhysicalRecords() is { } records && deleted.Ranges.Count > 0 && deleted.Ranges[^1].End > records
                ? $"The deletion vector deletes row {deleted.Ranges[^1].End - 1}, the file has {records} rows."
                : null;
        }
        catch (DeltaLogException exception)
        {
            return exception.Message;
        }
        catch (ObjectStorageException exception)
        {
            return exception.Message;
        }
    }
}
