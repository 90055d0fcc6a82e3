using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Tideway.DeltaSharing.Server.Exchange;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>
/// What an answer is known by, so that who has it already need not get it again. The same bytes for the same recipient have the same tag; grants are checked
/// before tags are compared, so that what was taken away is not there, whatever the caller kept.
/// See <see href="https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests">RFC 9110, conditional requests</see>.
/// </summary>
internal readonly struct EntityTag
{
    private const int Length = 16;

    private readonly string digits;

    private EntityTag(string digits) => this.digits = digits;

    /// <summary>The tag of an answer to the caller of an exchange.</summary>
    public static EntityTag Of(ProtocolExchange exchange, ReadOnlySpan<byte> content, string headers = "")
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(exchange.Recipient.Id.ToByteArray());
        hash.AppendData(Encoding.UTF8.GetBytes(headers + "\n"));
        hash.AppendData(content);
        return new EntityTag(Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, Length)));
    }

    /// <summary>Whether the caller says that it has the answer.</summary>
    public bool IsHeldBy(HttpRequest request)
    {
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
            return false;
        if (!EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var held))
            return false;
        foreach (var tag in held)
        {
            // Compared weakly, as the header asks for; a proxy that encodes answers weakens their tags.
            if (
                tag.Tag == "*"
                || (
                    tag.Tag.Length >= digits.Length + 2 && tag.Tag.AsSpan(1, digits.Length).SequenceEqual(digits) && IsSuffix(tag.Tag.AsSpan(digits.Length + 1))
                )
            )
                return true;
        }

        return false;
    }

    /// <summary>Answers 304, recorded, with the headers that the whole answer would have.</summary>
    public async Task AnswerHeldAsync(HttpContext context)
    {
        await ProtocolExchange.Of(context).RecordAsync(StatusCodes.Status304NotModified);
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        WriteTo(context.Response);
    }

    /// <summary>Sends the tag along; the answer may then be kept by its caller, and is to be asked for each time.</summary>
    public void WriteTo(HttpResponse response, ContentCoding coding = ContentCoding.Identity)
    {
        // Another encoding is other bytes, which another strong tag is due to.
        response.Headers.ETag = coding == ContentCoding.Identity ? $"\"{digits}\"" : $"\"{digits}-{coding.ToHeader()}\"";
        response.Headers.CacheControl = "private, no-cache";
    }

    private static bool IsSuffix(ReadOnlySpan<char> rest) => rest is "\"" or "-gzip\"" or "-zstd\"";
}
