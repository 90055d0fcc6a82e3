using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace Tideway.Testing.Stores;

/// <summary>
/// User delegation keys of a fake Azure, and what may be read with a signature that was made with one: worked out from the vendor's pages
/// "Get User Delegation Key" and "Create a user delegation SAS" (version 2020-12-06 and later) alone.
/// </summary>
internal sealed class UserDelegation
{
    private const string ObjectId = "aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb";
    private const string TenantId = "cccccccc-1111-2222-3333-dddddddddddd";
    private const string KeyVersion = "2022-11-02";

    // What a query of a signature holds; none but these is known here.
    private static readonly string[] Known = ["sp", "st", "se", "sv", "sr", "spr", "sdd", "skoid", "sktid", "skt", "ske", "sks", "skv", "sig"];
    private static readonly string[] OfRequests = ["restype", "comp", "prefix", "marker", "maxresults"];

    private readonly ConcurrentDictionary<(string Start, string Expiry), byte[]> keys = new();

    /// <summary>Makes a key for a time; null where the request is not as it should be, or the time begins later than now, is over, or longer than seven days.</summary>
    public string? Issue(string body)
    {
        XElement info;
        try
        {
            info = XElement.Parse(body);
        }
        catch (XmlException)
        {
            return null;
        }

        var now = TimeProvider.System.GetUtcNow();
        if (
            info.Name != "KeyInfo"
            || info.Element("Start")?.Value is not { } start
            || info.Element("Expiry")?.Value is not { } expiry
            || Time(start) is not { } from
            || Time(expiry) is not { } until
            || from > now
            || until <= now
            || until > now.AddDays(7)
            || until - from > TimeSpan.FromDays(7)
        )
            return null;
        var key = keys.GetOrAdd((start, expiry), _ => RandomNumberGenerator.GetBytes(32));
        return new XElement(
            "UserDelegationKey",
            new XElement("SignedOid", ObjectId),
            new XElement("SignedTid", TenantId),
            new XElement("SignedStart", start),
            new XElement("SignedExpiry", expiry),
            new XElement("SignedService", "b"),
            new XElement("SignedVersion", KeyVersion),
            new XElement("Value", Convert.ToBase64String(key))
        ).ToString();
    }

    /// <summary>Whether a signature in a query is right, in its time, and good for a path of a container.</summary>
    /// <param name="query">The query.</param>
    /// <param name="account">The account.</param>
    /// <param name="container">The container.</param>
    /// <param name="path">The blob, or what all that is listed begins with.</param>
    /// <param name="needed">The permission it takes.</param>
    public bool Allows(IQueryCollection query, string account, string container, string path, char needed)
    {
        string Of(string name) => query[name].ToString();
        var now = TimeProvider.System.GetUtcNow();
        if (
            query.Keys.Any(name => !Known.Contains(name) && !OfRequests.Contains(name))
            || string.CompareOrdinal(Of("sv"), "2020-12-06") < 0
            || !Of("sp").Contains(needed)
            || !(Time(Of("se")) > now)
            || (Of("st").Length > 0 && !(Time(Of("st")) <= now))
            || !(Time(Of("skt")) <= now && Time(Of("se")) <= Time(Of("ske")))
            || !keys.TryGetValue((Of("skt"), Of("ske")), out var key)
            || ResourceOf(Of("sr"), Of("sdd"), container, path) is not { } resource
        )
            return false;
        var text = string.Join(
            '\n',
            [
                Of("sp"),
                Of("st"),
                Of("se"),
                $"/blob/{account}/{resource}",
                Of("skoid"),
                Of("sktid"),
                Of("skt"),
                Of("ske"),
                Of("sks"),
                Of("skv"),
                // Authorized and unauthorized object id, correlation id, address.
                .. (string[])["", "", "", ""],
                Of("spr"),
                Of("sv"),
                Of("sr"),
                // Snapshot, encryption scope, and the five headers of answers.
                .. (string[])["", "", "", "", "", "", ""],
            ]
        );
        return CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)))),
            Encoding.ASCII.GetBytes(Of("sig"))
        );
    }

    // What the signature must be of to open the path: the blob itself, the folder that lies so deep on the way to it, or the container.
    private static string? ResourceOf(string kind, string depth, string container, string path)
    {
        switch (kind)
        {
            case "b":
                return $"{container}/{path}";
            case "c":
                return container;
            case "d" when int.TryParse(depth, NumberStyles.None, CultureInfo.InvariantCulture, out var folders) && folders > 0:
                var segments = path.Split('/');
                // There is something below the folder, if only the slash.
                return segments.Length > folders ? $"{container}/{string.Join('/', segments[..folders])}" : null;
            default:
                return null;
        }
    }

    private static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;
}
