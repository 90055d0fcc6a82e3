using Tideway.CdfPublisher.Storage;
using Tideway.Contracts.CdfPublisher;
using Tideway.DeltaSharing.Server.Access;
using Tideway.DeltaSharing.Server.Serving;

namespace Tideway.CdfPublisher.Changes;

/// <summary>Records calls of the change feed, granted or refused.</summary>
internal sealed class ChangeFeedAccessLog(AccessSpool<CdfPublisherDatabase, ChangeFeedAccessed> spool) : IProtocolAccessLog
{
    public async ValueTask RecordAsync(ProtocolAccess access, CancellationToken cancellationToken) =>
        await spool.RecordAsync(
            new ChangeFeedAccessed
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
                TableVersion = access.TableVersion,
                FileCount = access.FileCount,
                ByteCount = access.ByteCount,
                SourceIp = access.SourceIp,
                UserAgent = access.UserAgent,
                Parameters = access.Parameters,
                OccurredAt = access.OccurredAt,
            }
        );
}
