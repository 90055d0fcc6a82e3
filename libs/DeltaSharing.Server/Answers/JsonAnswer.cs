using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Listing;
using Tideway.DeltaSharing.Server.Exchange;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>
/// An answer of one line of JSON, recorded before it is written. Lists, shares and tables have an entity tag by which a caller need not get again what it has;
/// anything else is not to be kept, and what is secret is not encoded either.
/// </summary>
public sealed class JsonAnswer : IResult
{
    private readonly ReadOnlyMemory<byte> json;
    private readonly bool isTagged;
    private readonly bool isSecret;
    private KnownTag? known;

    /// <summary>An answer with secrets.</summary>
    public JsonAnswer(ReadOnlyMemory<byte> json)
        : this(json, isTagged: false) => isSecret = true;

    private JsonAnswer(ReadOnlyMemory<byte> json, bool isTagged)
    {
        this.json = json;
        this.isTagged = isTagged;
    }

    /// <summary>Size of the body in bytes, before it is encoded.</summary>
    public int Length => json.Length;

    /// <summary>A page of a list.</summary>
    public static JsonAnswer Of<T>(ListPage<T> page)
    {
        ArgumentNullException.ThrowIfNull(page);
        return new(page.ToJson(), isTagged: true);
    }

    /// <summary>A page of a list with signed addresses, which are others each time and not to be kept.</summary>
    public static JsonAnswer OfSigned<T>(ListPage<T> page)
    {
        ArgumentNullException.ThrowIfNull(page);
        return new(page.ToJson(), isTagged: false);
    }

    /// <summary>One share.</summary>
    public static JsonAnswer Of(ShareItem share) => new(new ShareAnswer(share).ToJson(), isTagged: true);

    /// <summary>One volume.</summary>
    public static JsonAnswer Of(VolumeItem volume)
    {
        ArgumentNullException.ThrowIfNull(volume);
        return new(volume.ToJson(), isTagged: true);
    }

    /// <summary>One table.</summary>
    public static JsonAnswer Of(TableItem table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return new(table.ToJson(), isTagged: true);
    }

    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var exchange = ProtocolExchange.Of(httpContext);
        var coding = isSecret ? ContentCoding.Identity : AnswerBody.Choose(httpContext, json.Length);
        if (isTagged)
        {
            var tag = TagFor(exchange);
            if (tag.IsHeldBy(httpContext.Request))
            {
                await tag.AnswerHeldAsync(httpContext);
                return;
            }

            await exchange.RecordAsync(StatusCodes.Status200OK);
            tag.WriteTo(httpContext.Response, coding);
        }
        else
        {
            await exchange.RecordAsync(StatusCodes.Status200OK);
        }

        httpContext.Response.ContentType = HeaderNames.Json;
        await AnswerBody.SendAsync(httpContext, json, coding);
    }

    // An answer that is kept is given again and again to the same recipient.
    private EntityTag TagFor(ProtocolExchange exchange)
    {
        if (Volatile.Read(ref known) is { } before && before.RecipientId == exchange.Recipient.Id)
            return before.Tag;
        var tag = EntityTag.Of(exchange, json.Span);
        Volatile.Write(ref known, new KnownTag(exchange.Recipient.Id, tag));
        return tag;
    }

    private sealed record KnownTag(Guid RecipientId, EntityTag Tag);
}
