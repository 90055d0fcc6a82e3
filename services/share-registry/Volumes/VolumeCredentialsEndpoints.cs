using Tideway.DeltaSharing.Server.Access;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Exchange;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.ObjectStorage;

namespace Tideway.ShareRegistry.Volumes;

/// <summary>OpenSharing's credentials of the store's own kind, with which a client reads a volume's folder, and nothing else, itself.</summary>
internal static class VolumeCredentialsEndpoints
{
    public static void MapVolumeCredentials(this IEndpointRouteBuilder group) =>
        group
            .MapPost(VolumeFilesEndpoints.Volume + "/temporary-volume-credentials", IssueAsync)
            .WithProtocolAction(ProtocolActions.GenerateTemporaryVolumeCredential)
            .WithName("sharing.generateTemporaryVolumeCredentials")
            .WithSummary("Gives out credentials of the store for a volume's folder");

    // The call has no body that says anything.
    private static Task<IResult> IssueAsync(
        HttpContext context,
        StorageRoots roots,
        FolderCredentials credentials,
        VolumeAddress address,
        CancellationToken cancellationToken
    ) =>
        VolumeCall.AnswerAsync(
            context,
            async call =>
            {
                var issued = await credentials.IssueAsync(roots.Resolve(call.Volume.Location), cancellationToken);
                return CredentialsAnswer.Of(issued with { Location = address.Of(call.Volume) });
            },
            cancellationToken
        );
}
