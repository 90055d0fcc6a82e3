using Tideway.DeltaSharing.Protocol.Listing;
using Tideway.DeltaSharing.Server.Access;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Exchange;
using Tideway.DeltaSharing.Server.Paging;
using Tideway.ShareRegistry.Catalog;

namespace Tideway.ShareRegistry.Volumes;

/// <summary>OpenSharing's lists of volumes, and the description of one.</summary>
internal static class VolumeCatalogEndpoints
{
    public static void MapVolumeCatalog(this IEndpointRouteBuilder sharing)
    {
        var group = sharing.MapGroup("").AddEndpointFilter<RouteGroupBuilder, KeptAnswers>();
        group
            .MapRead("/shares/{share}/all-volumes", ListAllAsync)
            .WithProtocolAction(ProtocolActions.ListAllVolumes)
            .WithName("sharing.listAllVolumes")
            .WithSummary("Lists the volumes of a share");
        group
            .MapRead("/shares/{share}/schemas/{schema}/volumes", ListAsync)
            .WithProtocolAction(ProtocolActions.ListVolumes)
            .WithName("sharing.listVolumes")
            .WithSummary("Lists the volumes of a schema");
        group
            .MapRead(VolumeFilesEndpoints.Volume, GetAsync)
            .WithProtocolAction(ProtocolActions.GetVolume)
            .WithName("sharing.getVolume")
            .WithSummary("Describes a volume");
    }

    private static async Task<IResult> ListAllAsync(
        string share,
        HttpContext context,
        GrantedCatalog catalog,
        GrantedVolumes volumes,
        VolumeAddress address,
        ContinuationTokens tokens,
        CancellationToken cancellationToken
    )
    {
        var recipientId = ProtocolExchange.Of(context).Recipient.Id;
        if (await catalog.FindShareAsync(recipientId, share, cancellationToken) is not { } granted)
            return await catalog.RefuseShareAsync(share, cancellationToken);
        var list = ListCall.Read(context, tokens, $"all-volumes/{granted.ShareId}");
        if (list.IsRefused(out var refusal))
            return refusal;
        var found = await volumes.ListAllAsync(recipientId, share, list.Value.AfterInSchema, list.Value.Limit, cancellationToken);
        return list.Value.Answer(found, volume => $"{volume.SchemaKey}/{volume.VolumeKey}", volume => ItemOf(volume, address));
    }

    private static async Task<IResult> ListAsync(
        string share,
        string schema,
        HttpContext context,
        GrantedCatalog catalog,
        GrantedVolumes volumes,
        VolumeAddress address,
        ContinuationTokens tokens,
        CancellationToken cancellationToken
    )
    {
        var recipientId = ProtocolExchange.Of(context).Recipient.Id;
        if (await catalog.FindShareAsync(recipientId, share, cancellationToken) is not { } granted)
            return await catalog.RefuseShareAsync(share, cancellationToken);
        if (await catalog.FindSchemaAsync(recipientId, share, schema, cancellationToken) is not { } known)
            return ProtocolRefusals.SchemaNotFound(share, schema);
        var list = ListCall.Read(context, tokens, $"volumes/{granted.ShareId}/{known.Key}");
        if (list.IsRefused(out var refusal))
            return refusal;
        var found = await volumes.ListAsync(recipientId, share, schema, list.Value.After, list.Value.Limit, cancellationToken);
        return list.Value.Answer(found, volume => volume.VolumeKey, volume => ItemOf(volume, address));
    }

    private static async Task<IResult> GetAsync(HttpContext context, VolumeAddress address, CancellationToken cancellationToken)
    {
        var call = await VolumeCall.ReadAsync(context, cancellationToken);
        return call.IsRefused(out var refusal) ? refusal : JsonAnswer.Of(ItemOf(call.Value.Volume, address));
    }

    private static VolumeItem ItemOf(GrantedVolume volume, VolumeAddress address) =>
        new()
        {
            Name = volume.VolumeName,
            Schema = volume.SchemaName,
            Share = volume.ShareName,
            ShareId = volume.ShareId.ToString(),
            Id = volume.VolumeId.ToString(),
            StorageLocation = address.Of(volume),
        };
}
