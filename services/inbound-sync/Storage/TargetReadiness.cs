using Tideway.Hosting.Health;
using Tideway.InboundSync.Syncs;
using Tideway.ObjectStorage;
using Tideway.ObjectStorage.Checks;

namespace Tideway.InboundSync.Storage;

/// <summary>The storage roots that syncs write to can be written to.</summary>
internal sealed class TargetReadiness(InboundSyncDatabase database, StorageRoots roots) : IReadinessCheck
{
    private readonly StorageSelfCheck check = new(roots);

    public string Name => "targets:" + InboundSyncStartup.Name;

    public async Task<Readiness> CheckAsync(CancellationToken cancellationToken)
    {
        var names = await database.QueryAsync<string>(SyncSql.TargetRoots, null, cancellationToken);
        foreach (var name in names)
        {
            try
            {
                if (check.Covers(name))
                {
                    if (await check.FindFaultAsync(name, isWritten: true, cancellationToken) is { } fault)
                        return new Readiness(false, fault.ToString());
                    continue;
                }

                var probe = Path.Combine(roots.Locate(name, "").Uri.LocalPath, $".tideway-ready-{Guid.CreateVersion7():N}");
                await using var file = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
                file.WriteByte(1);
                file.Flush(flushToDisk: false);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectStorageException)
            {
                return new Readiness(false, $"storage root '{name}': {exception.Message}");
            }
        }

        return new Readiness(true, $"{names.Count} roots");
    }
}
