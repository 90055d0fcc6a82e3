using Tideway.Contracts.ShareRegistry;
using Tideway.DeltaSharing.Server.Access;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.ShareRegistry.Storage;

namespace Tideway.ShareRegistry.Access;

/// <summary>Records calls of the sharing protocol as <see cref="ShareAccessed"/>, many in one transaction.</summary>
internal sealed class SpooledAccessLog(AccessSpool<ShareRegistryDatabase, ShareAccessed> spool) : IProtocolAccessLog
{
    public ValueTask RecordAsync(ProtocolAccess access, CancellationToken cancellationToken) =>
        new(
            spool.RecordAsync(
                new ShareAccessed
                {
                    AccessId = access.AccessId,
                    RequestId = access.RequestId,
                    Action = access.Action,
                    Status = access.Status,
                    ErrorCode = access.ErrorCode,
                    ErrorMessage = access.ErrorMessage,
                    RecipientId = access.RecipientId,
                    RecipientName = access.RecipientName,
                    CredentialFingerprint = access.CredentialFingerprint,
                    Share = access.Share,
                    Schema = access.Schema,
                    Table = access.Table,
                    Volume = access.Volume,
                    TableVersion = access.TableVersion,
                    FileCount = access.FileCount,
                    ByteCount = access.ByteCount,
                    SourceIp = access.SourceIp,
                    UserAgent = access.UserAgent,
                    Parameters = access.Parameters,
                    OccurredAt = access.OccurredAt,
                }
            )
        );
}
