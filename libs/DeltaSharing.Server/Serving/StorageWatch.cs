using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tideway.ObjectStorage;
using Tideway.ObjectStorage.Checks;

namespace Tideway.DeltaSharing.Server.Serving;

/// <summary>
/// Tries the storage roots that lie in object stores at the start and ever after, in the background: a store that is down for a while makes the process
/// unready and does not end it. Says in the log what is wrong as soon as that changes.
/// </summary>
internal sealed partial class StorageWatch(IOptions<StorageRootOptions> options, IServiceProvider services, TimeProvider time, ILogger<StorageWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan WhenFine = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan WhenNot = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, string> faults = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> identities = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> renewalFaults = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> tried = new(StringComparer.Ordinal);

    /// <summary>What was wrong with a root when it was last tried; null where nothing was.</summary>
    public string? FindFault(string rootName) => tried.ContainsKey(rootName) ? faults.GetValueOrDefault(rootName) : "it was not tried yet";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            if (await TryAllAsync(stoppingToken) is not { } isFine)
                return;
            await Task.Delay(isFine ? WhenFine : WhenNot, time, stoppingToken);
        }
    }

    /// <summary>Null where there is nothing to watch.</summary>
    private async Task<bool?> TryAllAsync(CancellationToken stoppingToken)
    {
        StorageSelfCheck check;
        try
        {
            check = new StorageSelfCheck(services.GetRequiredService<StorageRoots>());
        }
        catch (ObjectStorageException)
        {
            // What is wrong with the settings, the readiness check finds and says by itself.
            return false;
        }

        var names = options.Value.Roots.Keys.Where(check.Covers).ToList();
        if (names.Count == 0)
            return null;
        foreach (var name in names)
        {
            var fault = await check.FindFaultAsync(name, isWritten: false, stoppingToken);
            NoteIdentity(name, check.FindIdentity(name), fault is null ? check.FindRenewalFault(name) : null);
            Note(name, fault?.ToString());
        }

        return faults.IsEmpty;
    }

    private void NoteIdentity(string name, string? identity, string? renewalFault)
    {
        if (identity is not null && identities.GetValueOrDefault(name) != identity)
        {
            identities[name] = identity;
            RootIsReachedWith(name, identity);
        }

        if (renewalFault is null)
            renewalFaults.Remove(name);
        else if (renewalFaults.TryAdd(name, renewalFault))
            CredentialsGetOld(name, renewalFault);
    }

    private void Note(string name, string? fault)
    {
        if (fault is null)
        {
            if (faults.TryRemove(name, out _) || !tried.ContainsKey(name))
                RootIsFine(name);
        }
        else if (faults.GetValueOrDefault(name) is not { } known || known != fault)
        {
            faults[name] = fault;
            RootIsNotFine(fault);
        }

        tried[name] = true;
    }

    [LoggerMessage(270, LogLevel.Information, "Storage root '{Root}' is listed, signed for and read")]
    private partial void RootIsFine(string root);

    [LoggerMessage(272, LogLevel.Information, "Storage root '{Root}' is reached with {Identity}")]
    private partial void RootIsReachedWith(string root, string identity);

    [LoggerMessage(273, LogLevel.Warning, "Storage root '{Root}' goes on with credentials that could not be renewed, and is tried again: {Fault}")]
    private partial void CredentialsGetOld(string root, string fault);

    [LoggerMessage(271, LogLevel.Warning, "Not ready, and tried again: {Fault}")]
    private partial void RootIsNotFine(string fault);
}
