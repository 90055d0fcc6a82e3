using System.Buffers;
using Microsoft.AspNetCore.Http.HttpResults;
using Tideway.Contracts.InboundSync;
using Tideway.Hosting.Secrets;
using Tideway.Hosting.Web;
using Tideway.InboundSync.Providers;
using Tideway.InboundSync.Runs;
using Tideway.InboundSync.Storage;
using Tideway.InboundSync.Syncs;

namespace Tideway.InboundSync.PartnerEvents;

/// <summary>
/// Where partners send their notices: CloudEvents, signed by Standard Webhooks. A notice only says when to look; what is read then comes from the
/// provider under our own credential, so a forged notice could at most make us look too often.
/// </summary>
internal static class PartnerEventsEndpoints
{
    public const string Path = "/partner/events";

    private const int LargestNotice = 64 * 1024;

    public static void MapPartnerEvents(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(Path, Receive).WithName("receivePartnerEvent").WithTags("PartnerEvents").AllowAnonymous();
        routes.MapMethods(Path, [HttpMethods.Options], Handshake).WithName("partnerEventHandshake").WithTags("PartnerEvents").AllowAnonymous();
    }

    /// <summary>CloudEvents webhook handshake: we take what providers of ours send, and say so to them alone. An origin is the name of a host.</summary>
    private static async Task<Results<Ok, ProblemHttpResult>> Handshake(HttpContext context, IProviderStore providers, CancellationToken cancellationToken)
    {
        var origin = context.Request.Headers["WebHook-Request-Origin"].ToString();
        var host = Uri.TryCreate(origin, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url!.IdnHost : origin;
        var known = await providers.AllAsync(cancellationToken);
        if (host.Length == 0 || !known.Any(provider => provider.Host.Equals(host, StringComparison.OrdinalIgnoreCase)))
            return Problems.Of(StatusCodes.Status403Forbidden, "PERMISSION_DENIED", "No notices are taken from this origin.");
        context.Response.Headers.Allow = "POST";
        context.Response.Headers["WebHook-Allowed-Origin"] = origin;
        context.Response.Headers["WebHook-Allowed-Rate"] = "*";
        return TypedResults.Ok();
    }

    private static async Task<Results<Accepted, ProblemHttpResult>> Receive(
        HttpContext context,
        InboundSyncDatabase database,
        ISyncStore syncs,
        SyncQueue queue,
        SecretProtector secrets,
        TimeProvider time,
        ILogger<PartnerNotice> logger,
        CancellationToken cancellationToken
    )
    {
        if (await ReadAsync(context.Request, cancellationToken) is not { } body)
            return Problems.Of(StatusCodes.Status413PayloadTooLarge, "INVALID_PARAMETER_VALUE", $"A notice has at most {LargestNotice} bytes.");
        if (PartnerNotice.Parse(body, out var fault) is not { } notice)
            return Problems.Invalid(fault!);

        var now = time.GetUtcNow();
        var id = context.Request.Headers[WebhookSignature.IdHeader].ToString();
        var signatures = context.Request.Headers[WebhookSignature.SignatureHeader].ToString();
        if (WebhookSignature.FreshTimestamp(context.Request.Headers[WebhookSignature.TimestampHeader], now) is not { } timestamp || id != notice.Id)
            return Refuse(logger, notice, "its headers do not fit the notice or the time");

        var candidates = await database.QueryAsync<PartnerSecret>(PartnerSubscriptionSql.Secrets, null, cancellationToken);
        var sender = candidates.FirstOrDefault(candidate =>
            SameOrigin(new Uri(candidate.Endpoint).GetLeftPart(UriPartial.Authority), notice.Source)
            && WebhookSignature.IsValid(
                secrets.Unprotect(candidate.Secret, PartnerSecret.SecretPurpose, PartnerSecret.SecretRecord(candidate.ProviderId, candidate.Share)),
                id,
                timestamp,
                body,
                signatures
            )
        );
        if (sender is null)
            return Refuse(logger, notice, "no subscription has a secret that made its signature");
        if (notice.Share is not null && !notice.Share.Equals(sender.Share, StringComparison.OrdinalIgnoreCase))
            return Refuse(logger, notice, $"it is about share '{notice.Share}' but signed for '{sender.Share}'");

        await using var transaction = await database.BeginAsync(cancellationToken);
        var first =
            await transaction.ExecuteAsync(
                PartnerSubscriptionSql.Note,
                new
                {
                    eventId = notice.Id,
                    providerId = sender.ProviderId,
                    now,
                },
                cancellationToken
            ) == 1;
        if (first && notice is { Schema: not null, Table: not null })
        {
            await syncs.MakeDueAsync(transaction, sender.ProviderId, sender.Share, notice.Schema, notice.Table, SyncTrigger.Event, now, cancellationToken);
            transaction.OnCommitted(queue.Wake);
        }

        if (first)
        {
            transaction.Publish(
                new PartnerEventReceived
                {
                    EventId = notice.Id,
                    EventType = notice.Type,
                    ProviderName = sender.ProviderName,
                    Subject = notice.Subject,
                    OccurredAt = now,
                }
            );
        }

        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Accepted((string?)null);
    }

    private static ProblemHttpResult Refuse(ILogger logger, PartnerNotice notice, string reason)
    {
        Log.NoticeRefused(logger, notice.Source, reason);
        return Problems.Of(
            StatusCodes.Status401Unauthorized,
            "PERMISSION_DENIED",
            "The notice is not signed by a provider that this organisation subscribed to."
        );
    }

    /// <summary>The origin of a handshake is a host name, without scheme and port.</summary>
    private static bool SameOrigin(string origin, string other) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var one)
        && Uri.TryCreate(other, UriKind.Absolute, out var two)
        && one.GetLeftPart(UriPartial.Authority).Equals(two.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);

    private static async Task<byte[]?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > LargestNotice)
            return null;
        var buffer = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await request.Body.ReadAsync(buffer.GetMemory(4096), cancellationToken);
            if (read == 0)
                return buffer.WrittenSpan.ToArray();
            buffer.Advance(read);
            if (buffer.WrittenCount > LargestNotice)
                return null;
        }
    }
}
