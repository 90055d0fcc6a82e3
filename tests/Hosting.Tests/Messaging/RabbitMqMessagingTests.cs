using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Tideway.Testing;
using Tideway.Testing.Servers;

namespace Tideway.Hosting.Tests.Messaging;

[Trait("Needs", "Servers")]
public sealed class RabbitMqMessagingTests : MessagingContract
{
    private Uri broker = null!;

    [Fact]
    public async Task Two_replicas_on_one_database_send_and_handle_each_event_once()
    {
        await using var other = await NoteProcess.StartAsync(consumes: true, Settings);
        var texts = Enumerable.Range(0, 500).Select(i => $"note {i:000}").ToArray();

        await Task.WhenAll(texts.Chunk(25).Select((chunk, i) => (i % 2 == 0 ? Process : other).PublishAsync(chunk)));

        await Process.ShouldHaveWrittenAsync(texts);
    }

    [Fact]
    public async Task A_transaction_in_which_a_statement_failed_cannot_be_committed_and_its_event_is_never_sent()
    {
        await using (var transaction = await Process.Database.BeginAsync(CancellationToken.None))
        {
            transaction.Publish(new NoteWritten { Text = "failed" });
            await Should.ThrowAsync<System.Data.Common.DbException>(() => transaction.ExecuteAsync("SELECT 1 / 0", null, CancellationToken.None));
            await Should.ThrowAsync<System.Data.Common.DbException>(() => transaction.CommitAsync(CancellationToken.None));
        }

        await Process.PublishAsync("committed");

        await Process.ShouldHaveWrittenAsync("committed");
    }

    [Fact]
    public async Task Events_of_one_transaction_reach_the_outbox_whatever_their_number_and_text()
    {
        var texts = Enumerable.Range(0, 2_000).Select(i => $"{i:0000} {{\"a\\b\"}} 'NULL', \u00e9").ToArray();

        await Process.PublishAsync(texts);

        await Process.ShouldHaveWrittenAsync(texts);
    }

    [Fact]
    public async Task An_event_published_before_its_consumer_ever_ran_is_kept_for_it()
    {
        await Process.DisposeAsync();
        var settings = await SettingsAsync();
        await using (var publisher = await NoteProcess.StartAsync(consumes: false, settings))
        {
            await publisher.PublishAsync("early");
            await Eventually.Async(publisher.OutboxAsync, count => count == 0);
        }

        await using var consumer = await NoteProcess.StartAsync(consumes: true, settings);

        await consumer.ShouldHaveWrittenAsync("early");
    }

    [Fact]
    public async Task A_message_of_another_version_is_read_where_what_is_needed_is_there()
    {
        await Eventually.Async(async () => (await Process.Client.GetAsync("/health/ready")).IsSuccessStatusCode);

        await SendAsync("""{"text": "newer", "unheardOf": {"a": [1]}}""");
        await SendAsync("""{"text": "older"}""");

        await Process.ShouldHaveWrittenAsync("newer", "older");
    }

    [Theory]
    [InlineData("""{"comment": "the text is missing"}""", true)]
    [InlineData("not JSON", true)]
    [InlineData("""{"text": "without an id"}""", false)]
    public async Task A_message_that_cannot_be_read_goes_to_the_error_queue_and_holds_up_nothing(string message, bool withId)
    {
        await Eventually.Async(async () => (await Process.Client.GetAsync("/health/ready")).IsSuccessStatusCode);

        await SendAsync(message, withId);
        await Process.PublishAsync("after");

        await Process.ShouldHaveWrittenAsync("after");
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        await Eventually.Async(() => HoldsOneAsync(connection, NoteProcess.Queue + "_error"));
    }

    protected override async Task<string[]> SettingsAsync()
    {
        var database = await (await PostgresServer.StartAsync()).CreateDatabaseAsync();
        broker = await (await RabbitMqServer.StartAsync()).CreateVirtualHostAsync();
        return ["--Database:Engine=PostgreSql", "--Database:ConnectionString=" + database, "--Bus:Transport=RabbitMq", "--Bus:ConnectionString=" + broker];
    }

    private static async Task<bool> HoldsOneAsync(IConnection connection, string queue)
    {
        await using var channel = await connection.CreateChannelAsync();
        try
        {
            return await channel.MessageCountAsync(queue) == 1;
        }
        catch (OperationInterruptedException)
        {
            // There is no such queue before the first error.
            return false;
        }
    }

    // As another version of a service, or one that is not ours at all, would send it.
    private async Task SendAsync(string message, bool withId = true)
    {
        var properties = new BasicProperties { ContentType = "application/json", DeliveryMode = DeliveryModes.Persistent };
        if (withId)
            properties.MessageId = Guid.CreateVersion7().ToString();
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.BasicPublishAsync("Tideway.Hosting.Tests.Messaging:NoteWritten", "", mandatory: true, properties, Encoding.UTF8.GetBytes(message));
    }
}
