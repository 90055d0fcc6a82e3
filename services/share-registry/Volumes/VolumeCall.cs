using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Exchange;
using Tideway.ShareRegistry.Catalog;

namespace Tideway.ShareRegistry.Volumes;

/// <summary>A call about one volume that its recipient may read.</summary>
internal sealed record VolumeCall(GrantedVolume Volume, Guid RecipientId, string RequestId)
{
    /// <summary>Finds the volume of the route. Share, schema and volume that are not granted are not there.</summary>
    public static async Task<Checked<VolumeCall>> ReadAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var exchange = ProtocolExchange.Of(context);
        var (share, schema, volume) = (exchange.Share!, exchange.Schema!, exchange.Volume!);
        var recipientId = exchange.Recipient.Id;
        var volumes = context.RequestServices.GetRequiredService<GrantedVolumes>();
        if (await volumes.FindAsync(recipientId, share, schema, volume, cancellationToken) is { } found)
            return new VolumeCall(found, recipientId, exchange.RequestId);
        var catalog = context.RequestServices.GetRequiredService<GrantedCatalog>();
        if (await catalog.FindShareAsync(recipientId, share, cancellationToken) is null)
            return await catalog.RefuseShareAsync(share, cancellationToken);
        return await catalog.FindSchemaAsync(recipientId, share, schema, cancellationToken) is null
            ? ProtocolRefusals.SchemaNotFound(share, schema)
            : ProtocolRefusals.VolumeNotFound(share, schema, volume);
    }

    /// <summary>Answers a call about a volume; what its storage fails with is told in the protocol's way.</summary>
    public static async Task<IResult> AnswerAsync(HttpContext context, Func<VolumeCall, Task<IResult>> answer, CancellationToken cancellationToken)
    {
        var call = await ReadAsync(context, cancellationToken);
        if (call.IsRefused(out var refusal))
            return refusal;
        try
        {
            return await answer(call.Value);
        }
        catch (ObjectStorage.ObjectStorageException exception)
        {
            var failure = VolumeFailures.Explain(exception, call.Value.Volume);
            if (failure.Status is not StatusCodes.Status400BadRequest)
                context.RequestServices.GetRequiredService<ILogger<VolumeCall>>().VolumeCannotBeServed(exception, call.Value.Volume.FullName);
            return failure;
        }
    }
}
