namespace Tideway.DeltaSharing.Server.Access;

/// <summary>Where protocol calls are recorded.</summary>
public interface IProtocolAccessLog
{
    /// <summary>
    /// Records a call, granted or refused. It is durable when the task completes; only then does the answer leave. An exception makes the
    /// answer a 503 without data. A call that fails after its answer began is recorded a second time, with the same request id.
    /// </summary>
    ValueTask RecordAsync(ProtocolAccess access, CancellationToken cancellationToken);
}
