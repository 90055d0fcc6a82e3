using RabbitMQ.Client;
using Tideway.Testing;

namespace Tideway.EndToEnd.Tests.Exchange;

[Trait("Needs", "EndToEnd")]
public class RedeliveryTests(TwoOrganisationsFixture organisations)
{
    private const string Exchange = "Tideway.Contracts.ShareRegistry:ShareCreated";

    [Fact]
    public async Task A_message_delivered_twice_is_handled_once()
    {
        var stop = TestContext.Current.CancellationToken;
        var factory = new ConnectionFactory { Uri = organisations.Skylane.Broker };
        await using var connection = await factory.CreateConnectionAsync(stop);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: stop);
        var copies = (await channel.QueueDeclareAsync(cancellationToken: stop)).QueueName;
        await channel.QueueBindAsync(copies, Exchange, "", cancellationToken: stop);

        await organisations.Skylane.Api.PostAsync("/api/2.1/unity-catalog/shares", new { name = "twice" }, stop);
        BasicGetResult? copy = null;
        await Eventually.Async(
            async () => (copy ??= await channel.BasicGetAsync(copies, autoAck: true, stop)) is not null,
            TimeSpan.FromSeconds(60),
            "the event is not on the bus"
        );
        await channel.BasicPublishAsync(Exchange, "", mandatory: true, new BasicProperties(copy!.BasicProperties), copy.Body, stop);
        // What follows on the same queue shows that the copy was taken in before it.
        await organisations.Skylane.Api.PostAsync("/api/2.1/unity-catalog/shares", new { name = "after" }, stop);

        await Eventually.Async(async () => await RecordsOfAsync("after") == 1, TimeSpan.FromSeconds(60), "the share made afterwards is not in the record");
        (await RecordsOfAsync("twice")).ShouldBe(1);
    }

    private async Task<int> RecordsOfAsync(string share) =>
        (await organisations.Skylane.Api.GetAsync($"/api/tideway/v1/audit?action=createShare&share={share}", TestContext.Current.CancellationToken))["records"]!
            .AsArray()
            .Count;
}
