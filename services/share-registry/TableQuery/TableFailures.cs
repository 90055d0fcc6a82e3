using Tideway.DeltaLog;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Tables;
using Tideway.ObjectStorage;
using Tideway.ShareRegistry.Catalog;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>What a recipient is told of a table that cannot be read: never where it is kept. The reason goes into the access record.</summary>
internal static class TableFailures
{
    /// <summary>The answer to a failure; null where it has nothing to do with the table.</summary>
    public static ProtocolRefusal? Explain(Exception exception, GrantedTable table)
    {
        ProtocolRefusal? refusal = exception switch
        {
            UnexpressibleVersionException unexpressible => unexpressible.Refusal,
            TableRemadeException => TableRemadeException.ToRefusal(table.FullName),
            DeltaLogException { Error: DeltaLogError.VersionNotFound, Version: { } version, EarliestVersion: { } earliest } => ProtocolRefusals.Invalid(
                $"Cannot load table version {version} of {table.FullName}: it is no longer kept and is before the earliest available version {earliest}."
            ),
            DeltaLogException { Error: DeltaLogError.VersionNotFound or DeltaLogError.MissingCommits, Version: { } version } => ProtocolRefusals.Invalid(
                $"Cannot load table version {version} of {table.FullName}: it does not exist or is no longer kept."
            ),
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
            DeltaLogException or ObjectStorageException => new ProtocolRefusal(
                500,
                ErrorCodes.InternalError,
                $"Table {table.FullName} cannot be read, please contact your share provider."
            ),
            _ => null,
        };
        return refusal is null ? null : refusal with { OperatorMessage = exception.Message };
    }
}

/// <summary>A version within a range of changes cannot be expressed in the answer's format.</summary>
internal sealed class UnexpressibleVersionException(ProtocolRefusal refusal) : Exception(refusal.Message)
{
    public ProtocolRefusal Refusal { get; } = refusal;
}
