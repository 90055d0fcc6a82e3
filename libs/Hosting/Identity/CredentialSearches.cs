using System.Diagnostics.CodeAnalysis;
using System.Net;
using Tideway.Hosting.Cache;

namespace Tideway.Hosting.Identity;

/// <summary>
/// Who may have a token looked up that is in no cache. An address that brings many unknown tokens waits; and addresses that a good token came from
/// lately have turns of their own, so that strangers, however many, cannot use them up.
/// </summary>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "A semaphore holds nothing to be freed before its wait handle is asked for."
)]
internal sealed class CredentialSearches(TimeProvider time)
{
    public const int UnknownTokensPerSecond = 50;

    private const int Turns = 32;

    private static readonly TimeSpan Acquaintance = TimeSpan.FromHours(1);

    private readonly RefusalLimit unknown = new(UnknownTokensPerSecond, TimeSpan.FromSeconds(1), time);
    private readonly BoundedCache<bool> acquainted = new(20_000, time);
    private readonly SemaphoreSlim turnsOfAcquainted = new(Turns, Turns);
    private readonly SemaphoreSlim turnsOfStrangers = new(Turns, Turns);

    /// <summary>Throws <see cref="TooManyUnknownTokensException"/> where the address has to wait.</summary>
    public void RequireNoFlood(IPAddress? source)
    {
        if (unknown.Wait(source) is { } wait)
            throw new TooManyUnknownTokensException(wait);
    }

    /// <summary>Runs a search when it is the turn of the address.</summary>
    public async Task<Credential?> RunAsync(IPAddress? source, Func<Task<Credential?>> search, CancellationToken cancellationToken)
    {
        var turns = acquainted.TryGet(KeyOf(source), out _, out _) ? turnsOfAcquainted : turnsOfStrangers;
        await turns.WaitAsync(cancellationToken);
        try
        {
            // Those that came at the same moment, before the first was found unknown.
            RequireNoFlood(source);
            return await search();
        }
        finally
        {
            turns.Release();
        }
    }

    public void Found(IPAddress? source) => acquainted.Set(KeyOf(source), true, Acquaintance);

    public void Unknown(IPAddress? source) => unknown.Record(source);

    private static string KeyOf(IPAddress? source) => RefusalLimit.KeyOf(source).ToString();
}
