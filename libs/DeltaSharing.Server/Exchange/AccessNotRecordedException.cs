using Tideway.DeltaSharing.Server.Access;

namespace Tideway.DeltaSharing.Server.Exchange;

/// <summary>A protocol call could not be recorded, so it is not answered: 503.</summary>
public sealed class AccessNotRecordedException(ProtocolAccess access, Exception innerException)
    : Exception($"The call {access.Action} with request id {access.RequestId} could not be recorded.", innerException)
{
    /// <summary>What could not be recorded.</summary>
    public ProtocolAccess Access { get; } = access;
}
