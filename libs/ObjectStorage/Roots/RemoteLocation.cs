using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.Roots;

/// <summary>Kinds of object stores.</summary>
internal enum StoreKind
{
    S3,
    Azure,
    Gcs,
}

/// <summary>
/// A place in an object store, read strictly from its URL: <c>s3://bucket/path</c> (also <c>s3a</c>, <c>s3n</c>), <c>gs://bucket/path</c>,
/// <c>abfss://container@account.dfs.core.windows.net/path</c> (also <c>abfs</c>, <c>wasbs</c>, <c>wasb</c>) and <c>az://container/path</c>, whose account
/// is configured, or named as <c>az://container@account/path</c>.
/// </summary>
/// <param name="Kind">The kind of store.</param>
/// <param name="Scheme">The scheme as written.</param>
/// <param name="Host">Azure: the account's host; null where it is configured, and for other kinds.</param>
/// <param name="Bucket">The bucket or container.</param>
/// <param name="Path">The decoded path without slashes at its ends; empty for the whole bucket.</param>
internal sealed record RemoteLocation(StoreKind Kind, string Scheme, string? Host, string Bucket, string Path)
{
    /// <summary>Azure: the storage account; null where nothing says which, and for other kinds.</summary>
    public string? Account { get; init; } = Host?[..Host.IndexOf('.')];

    /// <summary>Null where the text is the URL of no object store.</summary>
    public static RemoteLocation? TryParse(string text)
    {
        var colon = text.IndexOf(':');
        if (colon < 0)
            return null;
        var scheme = text[..colon].ToLowerInvariant();
        StoreKind? kind = scheme switch
        {
            "s3" or "s3a" or "s3n" => StoreKind.S3,
            "abfss" or "abfs" or "wasbs" or "wasb" or "az" => StoreKind.Azure,
            "gs" => StoreKind.Gcs,
            _ => null,
        };
        if (kind is not { } known)
            return null;
        var rest = text[(colon + 1)..];
        if (!rest.StartsWith("//", StringComparison.Ordinal))
            throw Malformed(text, $"it does not start with {scheme}://");
        if (rest.AsSpan().IndexOfAny('?', '#') >= 0)
            throw Malformed(text, "it has a query or a fragment");
        var slash = rest.IndexOf('/', 2);
        var authority = slash < 0 ? rest[2..] : rest[2..slash];
        var (bucket, host) = known == StoreKind.Azure && scheme != "az" ? AzureAuthority(authority, text) : (authority, null);
        string? account = null;
        if (scheme == "az" && bucket.IndexOf('@') is var at && at >= 0)
            (bucket, account) = (bucket[..at], RequireAccount(bucket[(at + 1)..].ToLowerInvariant(), text));
        RequireBucket(bucket, text);
        var location = new RemoteLocation(known, scheme, host, bucket, slash < 0 ? "" : DecodePath(rest[(slash + 1)..], text));
        return account is null ? location : location with { Account = account };
    }

    /// <summary>The URL of what is at a path below.</summary>
    public Uri At(string relativePath)
    {
        var path = Key(relativePath);
        var authority = Host is null ? Bucket : $"{Bucket}@{Host}";
        return new Uri(path.Length == 0 ? $"{Scheme}://{authority}" : $"{Scheme}://{authority}/{PercentEncoding.Path(path)}");
    }

    /// <summary>The same with the account that the settings name: a container of that name in another account is another place.</summary>
    public Uri AtAccount(string relativePath) =>
        this is { Kind: StoreKind.Azure, Host: null, Account: { } account }
            ? new Uri($"az://{Bucket}@{account}/{PercentEncoding.Path(Key(relativePath))}".TrimEnd('/'))
            : At(relativePath);

    /// <summary>The whole key of what is at a path below.</summary>
    public string Key(string relativePath) =>
        Path.Length == 0 ? relativePath
        : relativePath.Length == 0 ? Path
        : string.Concat(Path, "/", relativePath);

    /// <summary>What the keys of all that is below a path begin with: empty, or ends with a slash.</summary>
    public string Prefix(string relativePath) => Key(relativePath) is { Length: > 0 } key ? key + "/" : "";

    /// <summary>
    /// The path of <paramref name="other"/> below this, empty for this itself; null where it lies elsewhere. Where nothing says in which account one of them is, it
    /// may be the other's.
    /// </summary>
    public string? RelativeTo(RemoteLocation other)
    {
        if (Kind != other.Kind || Bucket != other.Bucket || IsOtherAccount(other))
            return null;
        if (Path.Length == 0 || Path == other.Path)
            return other.Path[Path.Length..];
        return other.Path.StartsWith(Path + "/", StringComparison.Ordinal) ? other.Path[(Path.Length + 1)..] : null;
    }

    // One name may be that of an account in each of the vendor's clouds.
    private bool IsOtherAccount(RemoteLocation other) =>
        (Account is { } account && other.Account is { } others && account != others)
        || (Host is { } host && other.Host is { } otherHost && CloudOf(host) != CloudOf(otherHost));

    private static string CloudOf(string host) => host.Split('.', 3)[2];

    private static (string Container, string Host) AzureAuthority(string authority, string text)
    {
        var at = authority.IndexOf('@');
        if (at < 0)
            throw Malformed(text, "expected container@account.dfs.core.windows.net after //");
        var host = authority[(at + 1)..].ToLowerInvariant();
        var labels = host.Split('.');
        if (labels.Length < 3 || labels[1] is not ("dfs" or "blob") || Uri.CheckHostName(host) != UriHostNameType.Dns)
            throw Malformed(text, $"'{ObjectKey.Printable(host)}' is not the host of a storage account, such as account.dfs.core.windows.net");
        return (authority[..at], host);
    }

    private static string RequireAccount(string account, string text) =>
        account.Length is >= 3 and <= 24 && account.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c))
            ? account
            : throw Malformed(text, $"'{ObjectKey.Printable(account)}' is no name of a storage account (3 to 24 of a-z 0-9)");

    private static void RequireBucket(string bucket, string text)
    {
        if (
            bucket.Length is < 3 or > 222
            || !char.IsAsciiLetterOrDigit(bucket[0])
            || bucket.Any(c => !(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.'))
        )
            throw Malformed(text, $"'{ObjectKey.Printable(bucket)}' is no name of a bucket or container (a-z 0-9 - _ .)");
    }

    private static string DecodePath(string path, string text)
    {
        if (path.Contains("%2f", StringComparison.OrdinalIgnoreCase) || path.Contains("%5c", StringComparison.OrdinalIgnoreCase))
            throw Malformed(text, "it holds an encoded path separator");
        var decoded = Uri.UnescapeDataString(path.TrimEnd('/'));
        if (decoded.Length > 0)
            ObjectKey.Validate(decoded);
        return decoded;
    }

    private static ObjectStorageException Malformed(string text, string fault) =>
        new(ObjectStorageError.InvalidKey, $"Expected the URL of a place in an object store, got '{ObjectKey.Printable(text)}': {fault}.");
}
