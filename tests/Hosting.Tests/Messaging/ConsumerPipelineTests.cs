using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Tideway.Hosting.Messaging;
using Tideway.Hosting.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.Hosting.Tests.Messaging;

public sealed class ConsumerPipelineTests : IAsyncLifetime
{
    private readonly ManualTimeProvider time = new();
    private NoteProcess process = null!;
    private ConsumerPipeline pipeline = null!;

    public async ValueTask InitializeAsync()
    {
        process = await NoteProcess.StartAsync(consumes: true);
        pipeline = new ConsumerPipeline(process.Services.GetRequiredService<IServiceScopeFactory>(), time, NullLogger<ConsumerPipeline>.Instance);
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    public async Task Messages_that_wait_for_their_next_attempt_hold_up_none_of_the_others_and_wait_together()
    {
        string[] bad = ["bad 1", "bad 2", "bad 3"];
        foreach (var text in bad)
            process.Trouble.With[text] = true;

        var handling = ConsumeAsync(["bad 1", "good 1", "bad 2", "good 2", "bad 3"], TimeSpan.FromHours(1), TimeSpan.FromHours(2));

        await Eventually.Async(() => time.WaitingTimers == 1);
        (await process.NotesAsync()).ShouldBe(["good 1", "good 2"]);
        process.Trouble.With.Remove("bad 2", out _);
        time.Advance(TimeSpan.FromHours(1.5));
        await Eventually.Async(async () => time.WaitingTimers == 1 && (await process.NotesAsync()).Count == 3);
        (await process.ParkedAsync()).ShouldBeEmpty();
        time.Advance(TimeSpan.FromHours(3));
        await handling;

        (await process.ParkedAsync()).Select(parked => (parked.Consumer, parked.Attempts)).ShouldBe([("write-note", 3), ("write-note", 3)]);
    }

    [Fact]
    public void The_reason_of_a_parked_message_is_text_that_every_database_takes() =>
        ParkedMessageSql
            .ReasonOf(new InvalidOperationException("nul\0 half \ud83d whole \ud83d\ude00"))
            .ShouldBe("InvalidOperationException: nul\ufffd half \ufffd whole \ud83d\ude00");

    [Fact]
    public async Task A_message_whose_handling_ended_with_the_process_is_handled_when_it_comes_again()
    {
        process.Trouble.With["bad"] = true;
        using var stopping = new CancellationTokenSource();
        var handling = ConsumeAsync(["bad"], stopping.Token, TimeSpan.FromHours(1));
        await Eventually.Async(() => time.WaitingTimers == 1);

        await stopping.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => handling);
        (await process.ParkedAsync()).ShouldBeEmpty();
        process.Trouble.With.Clear();
        await ConsumeAsync(["bad"], TimeSpan.FromHours(1));

        (await process.NotesAsync()).ShouldBe(["bad"]);
    }

    private Task ConsumeAsync(string[] texts, params TimeSpan[] delays) => ConsumeAsync(texts, CancellationToken.None, delays);

    private Task ConsumeAsync(string[] texts, CancellationToken cancellationToken, params TimeSpan[] delays)
    {
        var registration = new ConsumerRegistration<TestDatabase, WriteNoteConsumer, NoteWritten>
        {
            Service = NoteProcess.Service,
            Name = "write-note",
            Policy = new ConsumerPolicy { RetryDelays = delays },
        };
        var messages = texts.Select(text => OutboxMessage.Of(new NoteWritten { Text = text }, time).Open()).ToList();
        return pipeline.ConsumeAsync(registration, messages, cancellationToken);
    }
}
