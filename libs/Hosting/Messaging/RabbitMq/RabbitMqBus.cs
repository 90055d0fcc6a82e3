using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Tideway.Hosting.Messaging.RabbitMq;

/// <summary>
/// The organisation's RabbitMQ, through MassTransit. A service starts and serves without it; events wait in the outbox until it is there.
/// </summary>
internal sealed class RabbitMqBus : BackgroundService, IEventTransport, IBusStatus
{
    private readonly IBusControl bus;
    private readonly RabbitMqPublisher publisher;
    private readonly BusOptions options;
    private readonly IReadOnlyList<EventSubscription> subscriptions;
    private readonly TimeProvider time;
    private readonly ILogger<RabbitMqBus> logger;
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RabbitMqBus(
        IEnumerable<ConsumerRegistration> registrations,
        EventSubscriptions subscriptions,
        ConsumerPipeline pipeline,
        IOptions<BusOptions> options,
        TimeProvider time,
        ILogger<RabbitMqBus> logger
    )
    {
        this.options = options.Value;
        this.subscriptions = subscriptions.All;
        this.time = time;
        this.logger = logger;
        publisher = new RabbitMqPublisher(options.Value.ConnectionString!, subscriptions.All);
        bus = Bus.Factory.CreateUsingRabbitMq(configure =>
        {
            configure.Host(this.options.ConnectionString!, host => host.PublisherConfirmation = true);
            // The body is the event and nothing else; what is said about it stands in headers. Cheaper than an envelope, and anyone can read it.
            configure.ClearSerialization();
            configure.UseRawJsonSerializer(RawSerializerOptions.All, isDefault: true);
            foreach (var registration in registrations)
                RabbitMqEndpoint.Configure(configure, registration, pipeline, this.options);
        });
    }

    public bool IsReceiving => Check().Healthy;

    /// <summary>Whether the broker can be used just now, and why not.</summary>
    public (bool Healthy, string Description) Check()
    {
        if (!started.Task.IsCompletedSuccessfully)
            return (false, $"not connected to {Host} yet");
        var health = bus.CheckHealth();
        return (health.Status == BusHealthStatus.Healthy, health.Description);
    }

    public Task WaitUntilReadyAsync(CancellationToken cancellationToken) => started.Task.WaitAsync(cancellationToken);

    public async Task SendAsync(IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken)
    {
        await WaitUntilReadyAsync(cancellationToken);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(30));
        await publisher.PublishAsync(messages, timeout.Token);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await RabbitMqTopology.DeclareAsync(options.ConnectionString!, subscriptions, stoppingToken);
                await bus.StartAsync(stoppingToken);
                started.SetResult();
                MessagingLog.BusStarted(logger, Host);
                return;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                var delay = TimeSpan.FromMilliseconds(Math.Min(10_000, 250 * Math.Pow(2, Math.Min(attempt, 6))) * (1 + (Random.Shared.NextDouble() / 2)));
                MessagingLog.BusUnreachable(logger, exception, delay);
                await Task.Delay(delay, time, stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // Stopping: what was being set up was taken away from under it.
                MessagingLog.BusGivenUp(logger, exception, Host);
                return;
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            if (started.Task.IsCompletedSuccessfully)
                await bus.StopAsync(cancellationToken);
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            // No time is left. What was not acknowledged comes again.
            MessagingLog.BusGivenUp(logger, exception, Host);
        }

        await publisher.DisposeAsync();
    }

    private string Host => $"{options.ConnectionString!.Host}:{options.ConnectionString.Port}{options.ConnectionString.AbsolutePath}";
}
