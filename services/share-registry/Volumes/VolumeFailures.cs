using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.ObjectStorage;

namespace Tideway.ShareRegistry.Volumes;

/// <summary>What a recipient is told of a volume that cannot be read: never where it is kept. The reason goes into the access record.</summary>
internal static class VolumeFailures
{
    /// <summary>The answer to a failure.</summary>
    public static ProtocolRefusal Explain(ObjectStorageException exception, GrantedVolume volume) =>
        (
            exception.Error switch
            {
                ObjectStorageError.Unsupported => ProtocolRefusals.Unsupported(
                    $"Volume {volume.FullName} offers no temporary credentials. List its files with the call files instead, which gives addresses of them."
                ),
                ObjectStorageError.NotFound => new ProtocolRefusal(
                    404,
                    ErrorCodes.ResourceDoesNotExist,
                    $"The files of volume {volume.FullName} are not there any more, please contact your share provider."
                ),
                ObjectStorageError.Unavailable or ObjectStorageError.OutOfSpace => new ProtocolRefusal(
                    503,
                    ErrorCodes.TemporarilyUnavailable,
                    $"The storage of volume {volume.FullName} does not answer. Try again."
                )
                {
                    RetryAfter = TimeSpan.FromSeconds(5),
                },
                _ => new ProtocolRefusal(500, ErrorCodes.InternalError, $"Volume {volume.FullName} cannot be read, please contact your share provider."),
            }
        ) with
        {
            OperatorMessage = exception.Message,
        };
}
