using Tideway.Hosting.Messaging;

namespace Tideway.ShareRegistry.Tests.Hosts;

/// <summary>All in one process: events always arrive.</summary>
internal sealed class NoBroker : IBusStatus
{
    public bool IsReceiving => true;
}
