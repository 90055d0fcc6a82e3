using System.Globalization;
using System.Text;
using System.Xml;
using Tideway.ObjectStorage.Buckets;
using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.Azure;

/// <summary>A key that the store gives an application for a while, to sign with in place of the account's.</summary>
internal sealed record UserDelegationKey(AzureAccount Account, string ObjectId, string TenantId, string Start, string Expiry, string Service, string Version)
{
    public DateTimeOffset ExpiresAt => DateTimeOffset.Parse(Expiry, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}

/// <summary>
/// Fetches user delegation keys and keeps the newest.
/// See <see href="https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key">Get User Delegation Key</see>.
/// </summary>
internal sealed class UserDelegationKeys
{
    // As Azure advises: the clock here may be ahead of the store's, which takes nothing that begins later.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(15);

    // The longest a store gives is seven days.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7) - Skew - TimeSpan.FromMinutes(5);

    // So long is signed with one key without asking for another.
    private static readonly TimeSpan Use = TimeSpan.FromHours(6);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromHours(1);

    private readonly BucketClient service;
    private readonly string account;
    private readonly TimeProvider time;
    private readonly RenewedEarly<UserDelegationKey> key;
    private long longestLifetime;

    public UserDelegationKeys(BucketClient service, string account, TimeProvider time)
    {
        this.service = service;
        this.account = account;
        this.time = time;
        key = new RenewedEarly<UserDelegationKey>(FetchAsync, found => found.ExpiresAt, time);
    }

    /// <summary>Why the key that is in use could not be renewed; null where nothing is wrong.</summary>
    public string? RenewalFault => key.Failure?.Message;

    /// <summary>The newest key. Throws where none was fetched that is good until then.</summary>
    public UserDelegationKey Current(DateTimeOffset until) =>
        key.Known is { } known && known.ExpiresAt >= until
            ? known
            : throw new ObjectStorageException(
                ObjectStorageError.Unavailable,
                $"There is no user delegation key of the storage account '{account}' that is good until {until:O}; it is fetched before URLs are signed.{(key.Failure is { } reason ? $" {reason.Message}" : "")}"
            );

    /// <summary>Makes sure that there is a key for URLs of a lifetime that are signed within the next hour.</summary>
    public ValueTask<UserDelegationKey> PrepareAsync(TimeSpan lifetime, CancellationToken cancellationToken)
    {
        InterlockedMax(lifetime.Ticks);
        var needed = lifetime + LongestAnswer < Longest - Use ? lifetime + LongestAnswer : Longest - Use;
        return key.GetAsync(needed, cancellationToken);
    }

    private void InterlockedMax(long ticks)
    {
        for (var known = Interlocked.Read(ref longestLifetime); known < ticks; known = Interlocked.Read(ref longestLifetime))
        {
            if (Interlocked.CompareExchange(ref longestLifetime, ticks, known) == known)
                return;
        }
    }

    private Task<UserDelegationKey> FetchAsync()
    {
        var now = time.GetUtcNow();
        var usual = TimeSpan.FromTicks(Interlocked.Read(ref longestLifetime)) + LongestAnswer + Use;
        var wanted = usual < Longest ? usual : Longest;
        var body = $"<KeyInfo><Start>{Time(now - Skew)}</Start><Expiry>{Time(now + wanted)}</Expiry></KeyInfo>";
        var request = new BucketRequest(HttpMethod.Post, key: null, "get a user delegation key of")
        {
            Query = [("restype", "service"), ("comp", "userdelegationkey")],
            Headers = [("content-type", "application/xml")],
            Body = Encoding.UTF8.GetBytes(body),
        };
        return service.SendAsync(request, ReadAsync, CancellationToken.None);
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    private async Task<UserDelegationKey> ReadAsync(XmlReader reader)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        await reader.MoveToContentAsync().ConfigureAwait(false);
        await reader.ReadAsync().ConfigureAwait(false);
        while (!reader.EOF)
        {
            if (reader.NodeType == XmlNodeType.Element)
                fields[reader.LocalName] = await reader.ReadElementContentAsStringAsync().ConfigureAwait(false);
            else
                await reader.ReadAsync().ConfigureAwait(false);
        }

        string Field(string name) => fields.GetValueOrDefault(name) ?? throw new FormatException($"it has no {name}.");
        return new UserDelegationKey(
            new AzureAccount(account, Field("Value")),
            Field("SignedOid"),
            Field("SignedTid"),
            Field("SignedStart"),
            Field("SignedExpiry"),
            Field("SignedService"),
            Field("SignedVersion")
        );
    }
}
