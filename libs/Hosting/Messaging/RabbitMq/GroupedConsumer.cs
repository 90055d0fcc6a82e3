using System.Threading.Channels;
using MassTransit;

namespace Tideway.Hosting.Messaging.RabbitMq;

/// <summary>
/// Handles the messages of one queue in groups: what arrives while one group is being handled makes up the next. A lone message is handled at once,
/// and under load one commit serves hundreds. A message is acknowledged when its group is.
/// </summary>
internal sealed class GroupedConsumer<TEvent>(ConsumerRegistration registration, ConsumerPipeline pipeline, int groupSize) : IConsumer<TEvent>
    where TEvent : class
{
    private readonly Lock starting = new();
    private readonly Channel<Pending> waiting = Channel.CreateUnbounded<Pending>(new UnboundedChannelOptions { SingleReader = true });
    private Task? handling;

    public Task Consume(ConsumeContext<TEvent> context)
    {
        lock (starting)
            handling ??= Task.Run(HandleAsync);
        var pending = new Pending(Open(context), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        waiting.Writer.TryWrite(pending);
        return pending.Handled.Task.WaitAsync(context.CancellationToken);
    }

    private async Task HandleAsync()
    {
        var group = new List<Pending>(groupSize);
        while (await waiting.Reader.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < groupSize && waiting.Reader.TryRead(out var next))
                group.Add(next);
            try
            {
                await pipeline.ConsumeAsync(registration, group.ConvertAll(pending => pending.Message), CancellationToken.None);
                foreach (var pending in group)
                    pending.Handled.TrySetResult();
            }
            catch (Exception exception)
            {
                // Each message goes back to its endpoint, which tries again later: the database is away.
                foreach (var pending in group)
                    pending.Handled.TrySetException(exception);
            }
        }
    }

    private static ReceivedMessage Open(ConsumeContext<TEvent> context) =>
        new(
            context.MessageId ?? throw new MessageException(typeof(TEvent), $"A message of type {typeof(TEvent).Name} came without an id."),
            context.Message,
            EventType.NameOf(typeof(TEvent)),
            context.Headers.Get<DateTimeOffset>(RabbitMqEndpoint.OutboxTimeHeader) ?? new DateTimeOffset(context.SentTime ?? default, TimeSpan.Zero),
            context.Headers.Get<string>(RabbitMqEndpoint.TraceHeader)
        );

    private sealed record Pending(ReceivedMessage Message, TaskCompletionSource Handled);
}
