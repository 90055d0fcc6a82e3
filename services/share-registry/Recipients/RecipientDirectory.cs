using Tideway.Hosting.Database;
using Tideway.Hosting.Messaging;
using Tideway.ShareRegistry.Shares;
using Tideway.ShareRegistry.Storage;

namespace Tideway.ShareRegistry.Recipients;

/// <summary>Which recipients there are, from what recipient-auth told.</summary>
internal sealed class RecipientDirectory(ShareRegistryDatabase database, IBusStatus bus, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Another replica may take the message in; this one then finds the row at the next look.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    private TaskCompletionSource changed = NewSignal();

    public Task<Recipient?> FindAsync(string name, CancellationToken cancellationToken) =>
        database.QueryFirstOrDefaultAsync<Recipient>(RecipientSql.Find, new { key = Share.KeyOf(name) }, cancellationToken);

    /// <summary>The name of a recipient, also of one that is deleted; <see langword="null"/> for one never told of.</summary>
    public Task<string?> NameOfAsync(Guid recipientId) =>
        database.QueryFirstOrDefaultAsync<string>(RecipientSql.NameOf, new { id = recipientId }, CancellationToken.None);

    /// <summary>The recipient, waiting a little for one that was made a moment ago and whose event is on its way; else why there is none.</summary>
    public async Task<Outcome<Recipient>> WaitForAsync(string name, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            // Taken before the look, so that a change after it is not missed.
            var signal = Volatile.Read(ref changed).Task;
            if (await FindAsync(name, cancellationToken) is { } recipient)
                return recipient;
            var left = Patience - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
                return bus.IsReceiving ? Refusal.RecipientDoesNotExist(name) : Refusal.RecipientNotToldOf(name);
            try
            {
                await signal.WaitAsync(left < LookInterval ? left : LookInterval, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                // Look again.
            }
        }
    }

    /// <summary>Keeps what was told, unless something newer is known; says so to those who wait once it is durable.</summary>
    public async Task KeepAsync(ServiceTransaction transaction, Recipient recipient, long revision, bool deleted, CancellationToken cancellationToken)
    {
        var row = new
        {
            id = recipient.RecipientId,
            name = recipient.Name,
            key = Share.KeyOf(recipient.Name),
            revision,
            deleted,
        };
        await transaction.ExecuteAsync(RecipientSql.Keep, row, cancellationToken);
        transaction.OnCommitted(() => Interlocked.Exchange(ref changed, NewSignal()).TrySetResult());
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
