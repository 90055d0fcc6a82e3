using Tideway.ObjectStorage.Buckets;

namespace Tideway.ObjectStorage.Azure;

/// <summary>
/// Whether the store can begin a list in the middle, which newer versions of the service do. It is tried once, with a name that the store has: a service that takes
/// the name in another way than this, or not at all, would else hide what it has, and one that is too old refuses to be asked.
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

    /// <summary>Whether it is time to try: so many were passed by that it would have been better.</summary>
    public bool IsToBeTried(string prefix, string? startAfter, int passedBy) =>
        passedBy >= WorthTrying && IsWithin(prefix, startAfter) && Interlocked.Exchange(ref tried, 1) == 0;

    /// <summary>Has a request begin at a key, or after it where there is no such blob.</summary>
    public static void Add(BucketRequest request, string key)
    {
        request.Query.Add(("startFrom", key));
        request.Headers.Add((AzureDialect.VersionHeader, Version));
    }

    /// <summary>Takes the answer to the try: which name came first of those from the one that was asked for.</summary>
    public void Learn(string asked, string? first) => isHonoured = first == asked;

    private static bool IsWithin(string prefix, string? startAfter) =>
        startAfter is not null
        && prefix.EndsWith('/')
        && startAfter.StartsWith(prefix, StringComparison.Ordinal)
        && !startAfter.AsSpan(prefix.Length).Contains('/');
}
