using Tideway.ObjectStorage.Buckets;

namespace Tideway.ObjectStorage.Azure;

/// <summary>
/// Whether the store can begin a list in the middle, which newer versions of the service do. It is tried once, with the beginning of a name that
/// the store has: a service that takes it in another way than this, or not at all, would else hide what it has, and one that is too old refuses to be asked.
/// See <see href="https://learn.microsoft.com/rest/api/storageservices/list-blobs#uri-parameters">List Blobs, startFrom</see>.
/// </summary>
internal sealed class ListStart
{
    // Passing by less costs less than to find out.
    private const int WorthTrying = 100;
    private const string Version = "2026-02-06";

    private int tried;
    private volatile bool isHonoured;

    /// <summary>Whether a list that is to begin after a key can begin there: one of a folder, whose order is that of the names in it.</summary>
    public bool CanBegin(string prefix, string? startAfter) => isHonoured && IsWithin(prefix, startAfter);

    /// <summary>Whether it was not tried yet, and the list is one that could begin in the middle.</summary>
    public bool IsToBeTried(string prefix, string? startAfter) => Volatile.Read(ref tried) == 0 && IsWithin(prefix, startAfter);

    /// <summary>Takes the one trial; false where somebody else has it.</summary>
    public bool BeginTrial() => Interlocked.Exchange(ref tried, 1) == 0;

    /// <summary>
    /// A name to try with, of those of a page that are passed by, where they are so many that to begin in the middle would have been better. It is the first one that
    /// sorts after itself without its last character, and neither the first of the list nor one that is gone soon; null where there is none.
    /// </summary>
    public static string? FindTrial(List<ObjectInfo> page, string prefix, string startAfter)
    {
        var passedBy = page.FindIndex(found => ObjectKey.CompareUtf8(found.Key, startAfter) > 0) is var end and >= 0 ? end : page.Count;
        if (passedBy < WorthTrying)
            return null;
        for (var index = passedBy / 2; index > 0; index--)
        {
            var key = page[index].Key;
            if (key.Length > prefix.Length + 1 && char.IsAscii(key[^1]) && ObjectKey.CompareUtf8(page[index - 1].Key, key[..^1]) < 0)
                return key;
        }

        return null;
    }

    /// <summary>Has a request begin at a key, or after it where there is no such blob; without one, go on with a list that began so.</summary>
    public static void Add(BucketRequest request, string? key)
    {
        if (key is not null)
            request.Query.Add(("startFrom", key));
        request.Headers.Add((AzureDialect.VersionHeader, Version));
    }

    /// <summary>Takes the answer to the trial: which name came first.</summary>
    public void Learn(string known, string? first) => isHonoured = first == known;

    private static bool IsWithin(string prefix, string? startAfter) =>
        startAfter is not null
        && prefix.EndsWith('/')
        && startAfter.StartsWith(prefix, StringComparison.Ordinal)
        && !startAfter.AsSpan(prefix.Length).Contains('/');
}
