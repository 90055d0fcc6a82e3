using Tideway.Hosting.Messaging;

namespace Tideway.Hosting.Health;

/// <summary>The events of a service are being sent.</summary>
internal sealed class OutboxReadiness(IOutboxDispatcher dispatcher) : IReadinessCheck
{
    public string Name => "outbox:" + dispatcher.Service;

    public Task<Readiness> CheckAsync(CancellationToken cancellationToken) =>
        Task.FromResult(dispatcher.IsRunning ? new Readiness(true) : new Readiness(false, "nothing sends what is in the outbox"));
}
