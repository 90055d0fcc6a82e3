using Tideway.DeltaSharing.Server.Access;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Exchange;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.ObjectStorage;
using Tideway.ShareRegistry.Catalog;
using Tideway.ShareRegistry.TableQuery;

namespace Tideway.ShareRegistry.TableCredentials;

/// <summary>The sharing protocol's call for credentials with which a client reads the folder of a table itself.</summary>
internal static class TableCredentialsEndpoints
{
    public static void MapTableCredentials(this IEndpointRouteBuilder group) =>
        group
            .MapPost("/shares/{share}/schemas/{schema}/tables/{table}/temporary-table-credentials", IssueAsync)
            .WithProtocolAction(ProtocolActions.GenerateTemporaryTableCredential)
            .WithName("sharing.generateTemporaryTableCredential")
            .WithSummary("Credentials of the store for the folder of a table, where that is offered");

    private static Task<IResult> IssueAsync(
        HttpContext context,
        GrantedCatalog catalog,
        DirectoryOffers offers,
        FolderCredentials credentials,
        CancellationToken cancellationToken
    ) =>
        TableEndpoints.AnswerAsync(
            context,
            catalog,
            async call =>
            {
                var body = await RequestBody.ReadCredentialsAsync(context, cancellationToken);
                if (body.IsRefused(out var refusal))
                    return refusal;
                var table = call.Table;
                if (offers.Refuse(table) is { } notOffered)
                    return notOffered;
                if (credentials.Find(table.Location, body.Value.Location) is not { } folder)
                    return ProtocolRefusals.Invalid(
                        $"The requested location must be the same as or under this table's configured storage {table.Location}, got '{body.Value.Location}'."
                    );
                try
                {
                    var issued = await credentials.IssueAsync(folder, cancellationToken);
                    // As it is written in lists and metadata, by which clients find it again.
                    return CredentialsAnswer.OfTable(folder == credentials.Find(table.Location, null) ? issued with { Location = table.Location } : issued);
                }
                catch (ObjectStorageException exception) when (exception.Error == ObjectStorageError.Unsupported)
                {
                    return DirectoryOffers.NotOffered(table, exception.Message);
                }
            },
            cancellationToken
        );
}
