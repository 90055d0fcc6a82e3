using Tideway.CdfPublisher.Shares;
using Tideway.DeltaLog;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Tables;
using Tideway.ObjectStorage;

namespace Tideway.CdfPublisher.Changes;

/// <summary>What a recipient is told of a table that cannot be read: never where it is kept. The reason goes into the access record.</summary>
internal static class ChangeFailures
{
    public static bool Handles(Exception exception) => exception is DeltaLogException or ObjectStorageException or TableRemadeException;

    public static ProtocolRefusal ToRefusal(Exception exception, GrantedTable table)
    {
        var refusal = exception switch
        {
            TableRemadeException => TableRemadeException.ToRefusal(table.FullName),
            DeltaLogException { Error: DeltaLogError.UnsupportedReaderFeature or DeltaLogError.UnsupportedType } => ProtocolRefusals.Unsupported(
                $"Unsupported Delta Table Properties: {table.FullName} needs features that are not supported."
            ),
            DeltaLogException { Error: DeltaLogError.FileOutsideTable } => ProtocolRefusals.Unsupported(
                $"Table {table.FullName} has files that cannot be shared."
            ),
            DeltaLogException { Error: DeltaLogError.NotADeltaTable } => new ProtocolRefusal(
                404,
                ErrorCodes.ResourceDoesNotExist,
                $"The data of table {table.FullName} is not there any more, please contact your share provider."
            ),
            ObjectStorageException { Error: ObjectStorageError.Unavailable or ObjectStorageError.OutOfSpace } => new ProtocolRefusal(
                503,
                ErrorCodes.TemporarilyUnavailable,
                $"The storage of table {table.FullName} does not answer. Try again."
            )
            {
                RetryAfter = TimeSpan.FromSeconds(5),
            },
            _ => new ProtocolRefusal(500, ErrorCodes.InternalError, $"Table {table.FullName} cannot be read, please contact your share provider."),
        };
        return refusal with { OperatorMessage = exception.Message };
    }
}
