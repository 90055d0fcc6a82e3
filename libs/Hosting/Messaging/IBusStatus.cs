namespace Tideway.Hosting.Messaging;

/// <summary>What a service may need to know of the bus to say honestly why it does not know something.</summary>
public interface IBusStatus
{
    /// <summary>Whether events of other services reach this process just now. In one process, with no broker, they always do.</summary>
    bool IsReceiving { get; }
}
