using System.Globalization;

namespace Tideway.ObjectStorage.Signing;

/// <summary>The query of a signed local URL. Each key comes once.</summary>
internal readonly record struct LocalUrlQuery(long ExpiresAt, string RequestId, string? Context, string Signature)
{
    // The last second of the year 9999, beyond which there is no DateTimeOffset.
    private const long MaxUnixSeconds = 253402300799;

    public static LocalUrlQuery? Parse(ReadOnlySpan<char> query, out string? fault)
    {
        string? exp = null,
            sp = null,
            req = null,
            ctx = null,
            sig = null;
        fault = null;
        if (query is ['?', ..])
            query = query[1..];
        foreach (var range in query.Split('&'))
        {
            var pair = query[range];
            var equals = pair.IndexOf('=');
            var name = equals < 0 ? pair : pair[..equals];
            var value = equals < 0 ? default : pair[(equals + 1)..];
            fault = name switch
            {
                "exp" => Take(value, name, ref exp),
                "sp" => Take(value, name, ref sp),
                "req" => Take(value, name, ref req),
                "ctx" => Take(value, name, ref ctx),
                "sig" => Take(value, name, ref sig),
                _ => null,
            };
            if (fault is not null)
                return null;
        }

        // Ours never have a sign, blanks or leading zeros: one number, one text.
        if (
            exp is null
            || exp is ['0', ..]
            || !long.TryParse(exp, NumberStyles.None, CultureInfo.InvariantCulture, out var expiresAt)
            || expiresAt > MaxUnixSeconds
        )
            fault = "Expected exp to be a time in unix seconds.";
        else if (sp is not LocalUrlSignature.Access)
            fault = $"Expected sp to be {LocalUrlSignature.Access}.";
        else if (!LocalUrlSignature.IsRequestId(req))
            fault = "Expected req to be a request id.";
        else if (ctx is not null && !LocalUrlSignature.IsContext(ctx))
            fault = "Expected ctx to be a context.";
        else if (sig is not { Length: LocalUrlSignature.TextLength })
            fault = $"Expected sig to be {LocalUrlSignature.TextLength} characters of base64url.";
        else
            return new LocalUrlQuery(expiresAt, req!, ctx, sig);
        return null;
    }

    private static string? Take(ReadOnlySpan<char> value, ReadOnlySpan<char> name, ref string? field)
    {
        if (field is not null)
            return $"Expected {name} once.";
        // A client may have quoted what needs no quoting.
        field = value.Contains('%') ? Uri.UnescapeDataString(value) : value.ToString();
        return null;
    }
}
