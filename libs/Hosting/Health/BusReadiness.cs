using Tideway.Hosting.Messaging.RabbitMq;

namespace Tideway.Hosting.Health;

/// <summary>The broker is connected and every queue of this process is being read.</summary>
internal sealed class BusReadiness(RabbitMqBus bus) : IReadinessCheck
{
    public string Name => "bus";

    public Task<Readiness> CheckAsync(CancellationToken cancellationToken)
    {
        var (healthy, description) = bus.Check();
        return Task.FromResult(new Readiness(healthy, description));
    }
}
