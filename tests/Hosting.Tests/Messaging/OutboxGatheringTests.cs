using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Messaging;
using Tideway.Hosting.Messaging.InProcess;
using Tideway.Hosting.Startup;
using Tideway.Hosting.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.Hosting.Tests.Messaging;

/// <summary>Which messages leave an outbox together.</summary>
public sealed class OutboxGatheringTests : IAsyncLifetime
{
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(500);

    private readonly ManualTimeProvider clock = new();
    private readonly Batches batches = new();
    private TestProcess process = null!;

    public async ValueTask InitializeAsync()
    {
        process = await TestProcess.StartAsync(
            builder =>
            {
                builder.AddServiceDatabase((options, time) => new TestDatabase(options, time));
                builder.Services.AddSingleton<IEventTransport>(batches);
                builder.Services.AddSingleton<IBusStatus>(services => services.GetRequiredService<InProcessTransport>());
                builder.Services.AddSingleton(services => new OutboxGathering(services.GetRequiredService<IOptions<BusOptions>>(), clock));
            },
            map: null,
            // Nothing but a signal makes the outbox be looked at.
            $"--Bus:OutboxGathering={Gathering}",
            "--Bus:OutboxPollInterval=00:10:00"
        );
        // The look of the start is long ago.
        await Eventually.Async(() => batches.Looks > 0);
        clock.Advance(TimeSpan.FromMinutes(1));
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    public async Task A_lone_message_goes_at_once()
    {
        await PublishAsync("a");

        await Eventually.Async(() => batches.Texts.Count == 1);
        clock.Advance(Gathering);
        await PublishAsync("b");

        await Eventually.Async(() => batches.Texts.Count == 2);
        batches.Texts.ShouldBe(["a", "b"]);
        clock.WaitingTimers.ShouldBe(0);
    }

    [Fact]
    public async Task Messages_that_follow_close_by_go_together()
    {
        await PublishAsync("a");
        await Eventually.Async(() => batches.Texts.Count == 1);

        await PublishAsync("b");
        await Eventually.Async(() => clock.WaitingTimers == 1);
        await PublishAsync("c");
        await PublishAsync("d");
        clock.Advance(Gathering - TimeSpan.FromMilliseconds(1));
        (clock.WaitingTimers, batches.Texts.Count).ShouldBe((1, 1));
        clock.Advance(TimeSpan.FromMilliseconds(1));

        await Eventually.Async(() => batches.Texts.Count == 2);
        batches.Texts.ShouldBe(["a", "b c d"]);
    }

    [Fact]
    public async Task What_has_gathered_when_the_process_stops_is_sent_before_its_end()
    {
        await PublishAsync("a");
        await Eventually.Async(() => batches.Texts.Count == 1);
        await PublishAsync("b");
        await Eventually.Async(() => clock.WaitingTimers == 1);
        await PublishAsync("c");

        await process.DisposeAsync();

        batches.Texts.ShouldBe(["a", "b c"]);
    }

    [Fact]
    public async Task What_has_gathered_and_is_being_sent_when_the_process_stops_is_sent_before_its_end()
    {
        await PublishAsync("a");
        await Eventually.Async(() => batches.Texts.Count == 1);
        await PublishAsync("b");
        await Eventually.Async(() => clock.WaitingTimers == 1);
        batches.HoldsNext = true;
        clock.Advance(Gathering);
        await Eventually.Async(() => !batches.HoldsNext);

        await process.DisposeAsync();

        batches.Texts.ShouldBe(["a", "b"]);
    }

    private Task PublishAsync(string text) => NoteProcess.PublishAsync(process.Services.GetRequiredService<TestDatabase>(), text);

    private sealed class Batches : IEventTransport
    {
        private int looks;
        private volatile bool holdsNext;

        /// <summary>Whether the next sending goes on until it is given up.</summary>
        public bool HoldsNext
        {
            get => holdsNext;
            set => holdsNext = value;
        }

        public ConcurrentQueue<string> Texts { get; } = new();

        public int Looks => Volatile.Read(ref looks);

        public Task WaitUntilReadyAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref looks);
            return Task.CompletedTask;
        }

        public async Task SendAsync(IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken)
        {
            if (HoldsNext)
            {
                HoldsNext = false;
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            Texts.Enqueue(string.Join(' ', messages.Select(message => ((NoteWritten)message.Event).Text)));
        }
    }
}
