using Microsoft.Extensions.Options;

namespace Tideway.CdfPublisher.Tables;

/// <summary>Looks at one table and announces what is new, step by step until nothing is left.</summary>
internal sealed class TableWatch(
    ITableLog log,
    WatchStore store,
    Announcements announcements,
    IOptions<CdfPublisherOptions> options,
    ILogger<TableWatch> logger
)
{
    private readonly TableLook look = new(log, options.Value.MaxVersionsPerStep);

    /// <summary>
    /// Brings the announcements of <paramref name="table"/> up to its head and returns how it then stands; null where it is not watched any more.
    /// Throws where the table cannot be read, after noting that for the operator.
    /// </summary>
    public async Task<WatchedTable?> CatchUpAsync(WatchedTable table, bool verify, CancellationToken cancellationToken)
    {
        while (await LookAsync(table, verify, cancellationToken) is { } step)
        {
            await announcements.AnnounceAsync(step, cancellationToken);
            // Whether announced here or by another replica: go on from what is in the database.
            if (await store.FindAsync(table.StorageLocation, cancellationToken) is not { } now)
                return null;
            table = now;
        }

        if (table.Failures > 0)
        {
            await store.NoteAsync(table.StorageLocation, error: null, cancellationToken);
            Log.TableReadableAgain(logger, table.StorageLocation);
            return table with { Failures = 0, LastError = null };
        }

        return table;
    }

    private async Task<WatchStep?> LookAsync(WatchedTable table, bool verify, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Value.LookTimeout);
        try
        {
            return await look.LookAsync(table, verify, patience.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var reason = exception is OperationCanceledException ? $"No answer from storage within {options.Value.LookTimeout}." : exception.Message;
            Telemetry.LookFailures.Add(1);
            Log.TableUnreadable(logger, exception, table.StorageLocation);
            await store.NoteAsync(table.StorageLocation, reason, cancellationToken);
            throw new TableUnreadableException(reason, exception);
        }
    }
}

/// <summary>A published table could not be looked at.</summary>
internal sealed class TableUnreadableException(string message, Exception innerException) : Exception(message, innerException);
