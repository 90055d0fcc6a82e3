using System.Net;

namespace Tideway.ObjectStorage.Http;

/// <summary>
/// An address that a variable of the environment names, and what is taken for one: an http or https URL without a user. What came is told without what may be secret
/// in it.
/// </summary>
internal sealed record EnvironmentUrl(string Variable)
{
    /// <summary>Whether the address is asked as it stands, with a query if it has one. Otherwise something is added to it, which a query would swallow.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Who may be asked over http besides this machine itself, because what is sent is secret; null for anybody.</summary>
    public IReadOnlyList<IPAddress>? AskedInTheClear { get; init; }

    /// <summary>Null where the variable is not set or empty. Throws <see cref="ObjectStorageError.InvalidKey"/> for what is no such address.</summary>
    public Uri? Find(Func<string, string?> environment)
    {
        if (environment(Variable) is not { Length: > 0 } text)
            return null;
        if (
            !Uri.TryCreate(text, UriKind.Absolute, out var address)
            || address is not { Scheme: "http" or "https", UserInfo: "" }
            || (!IsWhole && address is not { Query: "", Fragment: "" })
        )
            throw Wrong(Variable, $"expected an http or https URL without {(IsWhole ? "a user" : "user, query and fragment")}", text);
        // Names are not asked what address they have: the answer may be another the next time.
        return address.Scheme == "https" || AskedInTheClear is null || IsNear(address)
            ? address
            : throw Wrong(Variable, $"over http only a loopback address{string.Concat(AskedInTheClear.Select(ip => $" or {ip}"))} is asked", text);
    }

    /// <summary>That the variable holds what cannot be used.</summary>
    public static ObjectStorageException Wrong(string variable, string expected, string value) =>
        new(
            ObjectStorageError.InvalidKey,
            $"The setting {variable} of the environment is wrong: {expected}, got '{ObjectKey.Printable(WithoutSecrets(value))}'."
        );

    private bool IsNear(Uri address) =>
        address.IsLoopback || (IPAddress.TryParse(address.IdnHost, out var ip) && (IPAddress.IsLoopback(ip) || AskedInTheClear!.Contains(ip)));

    // By the text, since it need not be an address: a user with a password ends at a sign, a query begins at another.
    private static string WithoutSecrets(string value)
    {
        var start = value.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? scheme + 3 : 0;
        if (value.LastIndexOf('@') is var at && at > start)
            value = $"{value[..start]}...{value[at..]}";
        return value.IndexOfAny(['?', '#']) is >= 0 and var end ? value[..(end + 1)] + "..." : value;
    }
}
