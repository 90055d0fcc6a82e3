using Tideway.DeltaLog;
using Tideway.ObjectStorage;

namespace Tideway.ShareRegistry.Tables;

/// <summary>Looks at a table that somebody wants to share.</summary>
internal sealed class TableProbe(StorageRoots roots, TimeProvider time)
{
    /// <summary>Where the table is and its latest version, or why it cannot be shared, naming the field, the path and the reason.</summary>
    public async Task<Outcome<ProbedTable>> LookAsync(string field, string location, CancellationToken cancellationToken)
    {
        try
        {
            var resolved = roots.Resolve(location);
            var snapshot = await new DeltaTable(roots.Open(resolved), time).LoadAsync(cancellationToken: cancellationToken);
            return new ProbedTable(resolved.Uri, snapshot.Version);
        }
        catch (Exception exception) when (exception is DeltaLogException or ObjectStorageException)
        {
            return Refusal.Invalid(
                $"{field}: expected the folder of a Delta table that can be read, got '{Shares.ShareFields.Shorten(location)}': {exception.Message}"
            );
        }
    }
}

/// <summary>A table that can be shared.</summary>
internal sealed record ProbedTable(Uri Location, long Version);
