using MassTransit;

namespace Tideway.Hosting.Messaging.RabbitMq;

/// <summary>The queue of one consumer.</summary>
internal static class RabbitMqEndpoint
{
    public const string OutboxTimeHeader = "tideway-outbox-time";
    public const string TraceHeader = "tideway-traceparent";

    public static void Configure(IRabbitMqBusFactoryConfigurator bus, ConsumerRegistration registration, ConsumerPipeline pipeline, BusOptions options)
    {
        var method = typeof(RabbitMqEndpoint).GetMethod(
            nameof(ConfigureTyped),
            System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static
        )!;
        method.MakeGenericMethod(registration.EventType).Invoke(null, [bus, registration, pipeline, options]);
    }

    private static void ConfigureTyped<TEvent>(
        IRabbitMqBusFactoryConfigurator bus,
        ConsumerRegistration registration,
        ConsumerPipeline pipeline,
        BusOptions options
    )
        where TEvent : class
    {
        // Every replica hears a broadcast through a queue of its own that goes with it.
        var queue = registration.IsBroadcast ? $"{registration.Queue}-{Guid.CreateVersion7():N}" : registration.Queue;
        bus.ReceiveEndpoint(
            queue,
            endpoint =>
            {
                if (registration.IsBroadcast)
                {
                    endpoint.Durable = false;
                    endpoint.AutoDelete = true;
                    endpoint.PublishFaults = false;
                }
                else
                {
                    endpoint.SetQuorumQueue();
                }

                endpoint.PrefetchCount = options.BatchSize * 2;
                endpoint.ConcurrentMessageLimit = options.BatchSize * 2;
                // The pipeline retries and parks by itself; it throws only while its database is away, and then the message stays here.
                endpoint.UseMessageRetry(retry =>
                    retry
                        .Exponential(int.MaxValue, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(15), TimeSpan.FromMilliseconds(300))
                        // A message that is not one of ours will not become one.
                        .Ignore<MessageException>()
                );
                endpoint.Instance(new GroupedConsumer<TEvent>(registration, pipeline, options.BatchSize));
            }
        );
    }
}
