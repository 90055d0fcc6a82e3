using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tideway.Hosting.Database;
using Tideway.Hosting.Messaging;
using Tideway.Hosting.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.Hosting.Tests.Messaging;

/// <summary>What holds for events whichever database they are kept in and whichever bus they travel on.</summary>
public abstract class MessagingContract : IAsyncLifetime
{
    private string[] settings = [];

    private protected NoteProcess Process { get; private set; } = null!;

    private protected string[] Settings => settings;

    public async ValueTask InitializeAsync()
    {
        settings = await SettingsAsync();
        Process = await NoteProcess.StartAsync(consumes: true, settings);
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (Process is not null)
            await Process.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_committed_event_reaches_its_consumer_and_leaves_the_outbox()
    {
        await Process.PublishAsync("a");

        await Process.ShouldHaveWrittenAsync("a");
    }

    [Fact]
    public async Task An_event_of_a_transaction_that_did_not_commit_is_never_sent()
    {
        await using (var transaction = await Process.Database.BeginAsync(CancellationToken.None))
            transaction.Publish(new NoteWritten { Text = "rolled back" });
        await using (var transaction = await Process.Database.BeginAsync(CancellationToken.None))
        {
            transaction.Publish(new NoteWritten { Text = "failed" });
            await Should.ThrowAsync<System.Data.Common.DbException>(() =>
                transaction.ExecuteAsync("INSERT INTO no_such_table VALUES (1)", null, CancellationToken.None)
            );
        }

        await Process.PublishAsync("committed");

        await Process.ShouldHaveWrittenAsync("committed");
    }

    [Fact]
    public async Task What_a_consumer_publishes_goes_out_with_what_it_wrote()
    {
        await using (var transaction = await Process.Database.BeginAsync(CancellationToken.None))
        {
            await transaction.ExecuteAsync("INSERT INTO note (consumer, text, message_id) VALUES ('', 'state', '')", null, CancellationToken.None);
            transaction.Publish(new NoteWritten { Text = "state and event" });
            await transaction.CommitAsync(CancellationToken.None);
        }

        await Process.ShouldHaveWrittenAsync("state", "state and event");
    }

    [Fact]
    public async Task A_message_that_is_delivered_again_is_handled_once()
    {
        var transport = Process.Services.GetRequiredService<IEventTransport>();
        var message = OutboxMessage.Of(new NoteWritten { Text = "once" }, TimeProvider.System).Open();
        await transport.SendAsync([message, message], CancellationToken.None);
        await Eventually.Async(Process.NotesAsync, notes => notes.Count == 1);

        await transport.SendAsync([message], CancellationToken.None);
        await Process.PublishAsync("after");

        await Process.ShouldHaveWrittenAsync("once", "after");
    }

    [Fact]
    public async Task A_message_that_fails_is_tried_again_then_parked_then_replayed()
    {
        Process.Trouble.With["bad"] = true;
        await Process.PublishAsync("bad");

        var parked = (await Eventually.Async(Process.ParkedAsync, messages => messages.Count == 1)).Single();
        (parked.Consumer, parked.Attempts).ShouldBe(("write-note", 3));
        parked.Reason.ShouldContain("There is trouble with bad");
        Process.Trouble.Attempts["bad"].ShouldBe(3);
        (await Process.NotesAsync()).ShouldBeEmpty();

        (await ReplayAsync(parked.ParkedId)).ShouldBe(HttpStatusCode.Conflict);
        (await Process.ParkedAsync()).Single().Attempts.ShouldBe(4);

        Process.Trouble.With.Clear();
        (await ReplayAsync(parked.ParkedId)).ShouldBe(HttpStatusCode.NoContent);
        (await Process.ParkedAsync()).ShouldBeEmpty();
        await Process.ShouldHaveWrittenAsync("bad");
        (await ReplayAsync(parked.ParkedId)).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_failure_that_nothing_mends_is_parked_at_the_first_attempt()
    {
        Process.Trouble.With["bad forever"] = true;
        await Process.PublishAsync("bad forever");

        (await Eventually.Async(Process.ParkedAsync, messages => messages.Count == 1)).Single().Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task One_bad_message_in_a_batch_takes_none_of_the_others_with_it()
    {
        var texts = Enumerable.Range(0, 60).Select(i => $"note {i:00}").ToArray();
        Process.Trouble.With["note 31"] = true;

        await Process.PublishAsync(texts);

        await Process.ShouldHaveWrittenAsync([.. texts.Where(text => !string.Equals(text, "note 31", StringComparison.Ordinal))]);
        (await Eventually.Async(Process.ParkedAsync, messages => messages.Count == 1)).Single().Body.ShouldContain("note 31");
    }

    [Fact]
    public async Task Parked_messages_are_listed_page_by_page_and_can_be_dropped()
    {
        string[] texts = ["p1", "p2", "p3"];
        foreach (var text in texts)
            Process.Trouble.With[text] = true;
        await Process.PublishAsync(texts);
        await Eventually.Async(Process.ParkedAsync, messages => messages.Count == 3);

        var first = await ListAsync("?max_results=2");
        first.GetProperty("parked_messages").GetArrayLength().ShouldBe(2);
        var second = await ListAsync("?max_results=2&page_token=" + first.GetProperty("next_page_token").GetString());
        second.GetProperty("parked_messages").GetArrayLength().ShouldBe(1);
        second.TryGetProperty("next_page_token", out _).ShouldBeFalse();
        var shown = second.GetProperty("parked_messages")[0];
        shown.GetProperty("event_type").GetString().ShouldBe(typeof(NoteWritten).FullName);
        texts.ShouldContain(shown.GetProperty("event").GetProperty("text").GetString());

        var id = shown.GetProperty("parked_id").GetString();
        (await Process.Client.DeleteAsync($"/api/tideway/v1/parked-messages/{NoteProcess.Service}/{id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await Process.Client.DeleteAsync($"/api/tideway/v1/parked-messages/{NoteProcess.Service}/{id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await Process.ParkedAsync()).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("test-service?max_results=1001", HttpStatusCode.BadRequest)]
    [InlineData("test-service?max_results=-1", HttpStatusCode.BadRequest)]
    [InlineData("test-service?page_token=x", HttpStatusCode.BadRequest)]
    [InlineData("other-service", HttpStatusCode.NotFound)]
    public async Task A_question_for_parked_messages_that_makes_no_sense_is_refused(string path, HttpStatusCode expected) =>
        (await Process.Client.GetAsync("/api/tideway/v1/parked-messages/" + path)).StatusCode.ShouldBe(expected);

    [Fact]
    public async Task Parked_messages_are_for_administrators()
    {
        Process.Client.DefaultRequestHeaders.Authorization = null;

        (await Process.Client.GetAsync("/api/tideway/v1/parked-messages/test-service")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_a_process_left_in_its_outbox_is_sent_after_the_next_start()
    {
        var options = Process.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<DatabaseOptions>>().Value;
        await Process.DisposeAsync();
        await using (var database = new TestDatabase(options, TimeProvider.System))
            await NoteProcess.PublishAsync(database, "left behind");

        var again = await NoteProcess.StartAsync(consumes: true, settings);
        await using (again)
            await again.ShouldHaveWrittenAsync("left behind");

        Process.Trouble.Attempts.ShouldNotContainKey("left behind");
    }

    [Fact]
    public async Task An_event_in_the_outbox_that_this_version_cannot_read_is_parked_and_holds_up_nothing()
    {
        await InsertIntoOutboxAsync("""{"comment": "the text is missing"}""");
        await InsertIntoOutboxAsync("""{"text": "unknown member", "unheard_of": {"a": [1]}}""");
        await InsertIntoOutboxAsync("""{"text": "all there", "comment": null}""");
        await Process.PublishAsync("after");

        await Process.ShouldHaveWrittenAsync("unknown member", "all there", "after");
        var parked = (await Process.ParkedAsync()).Single();
        (parked.Consumer, parked.Attempts).ShouldBe(("outbox", 1));
        parked.Reason.ShouldContain("JsonException");
        (await ReplayAsync(parked.ParkedId)).ShouldBe(HttpStatusCode.NoContent);
        await Eventually.Async(async () => (await Process.ParkedAsync()) is [var again] && again.ParkedId != parked.ParkedId);
    }

    [Theory]
    [InlineData("Tideway.NoSuchEvent, Tideway.NoSuchAssembly")]
    [InlineData("Tideway.NoSuchEvent, Tideway.Contracts, Version=none")]
    [InlineData("Tideway.Event[, Tideway.Contracts")]
    [InlineData("")]
    public async Task An_event_in_the_outbox_whose_type_nobody_knows_is_parked_and_holds_up_nothing(string type)
    {
        await InsertIntoOutboxAsync("{}", type);
        await Process.PublishAsync("after");

        await Process.ShouldHaveWrittenAsync("after");
        (await Process.ParkedAsync()).Single().Consumer.ShouldBe("outbox");
    }

    protected abstract Task<string[]> SettingsAsync();

    private async Task<HttpStatusCode> ReplayAsync(Guid id)
    {
        using var response = await Process.Client.PostAsync($"/api/tideway/v1/parked-messages/{NoteProcess.Service}/{id}/replay", null);
        return response.StatusCode;
    }

    private async Task<JsonElement> ListAsync(string query)
    {
        using var response = await Process.Client.GetAsync($"/api/tideway/v1/parked-messages/{NoteProcess.Service}{query}");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }

    private async Task InsertIntoOutboxAsync(string body, string? type = null)
    {
        await using var transaction = await Process.Database.BeginAsync(CancellationToken.None);
        await transaction.ExecuteAsync(
            "INSERT INTO outbox_message (message_id, type, body, created_at) VALUES (@id, @type, @body, @at)",
            new
            {
                id = Guid.CreateVersion7(),
                type = type ?? EventType.NameOf(typeof(NoteWritten)),
                body,
                at = TimeProvider.System.GetUtcNow(),
            },
            CancellationToken.None
        );
        await transaction.CommitAsync(CancellationToken.None);
    }
}
