using Tideway.Hosting.Tests.Hosts;
using Tideway.Testing;
using Tideway.Testing.Servers;

namespace Tideway.Hosting.Tests.Messaging;

[Trait("Needs", "Servers")]
public sealed class BrokerOutageTests
{
    [Fact]
    public async Task Nothing_is_lost_while_the_broker_is_away_and_nothing_is_handled_twice()
    {
        await using var server = await RabbitMqServer.StartPrivateAsync();
        var broker = await server.CreateVirtualHostAsync();
        var folder = TestProcess.NewFolder();
        try
        {
            await using var process = await NoteProcess.StartAsync(
                consumes: true,
                "--Database:Folder=" + folder,
                "--Bus:Transport=RabbitMq",
                "--Bus:ConnectionString=" + broker
            );
            var texts = Enumerable.Range(0, 600).Select(i => $"note {i:000}").ToArray();

            await PublishEachAsync(process, texts[..200]);
            var stopping = server.StopAsync();
            await PublishEachAsync(process, texts[200..300]);
            await stopping;
            await PublishEachAsync(process, texts[300..400]);
            await Eventually.Async(async () => !(await process.Client.GetAsync("/health/ready")).IsSuccessStatusCode);
            await server.StartAgainAsync();
            await PublishEachAsync(process, texts[400..]);

            await process.ShouldHaveWrittenAsync(texts);
            await Eventually.Async(async () => (await process.Client.GetAsync("/health/ready")).IsSuccessStatusCode);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_process_that_starts_without_its_broker_sends_once_it_is_there()
    {
        await using var server = await RabbitMqServer.StartPrivateAsync();
        var broker = await server.CreateVirtualHostAsync();
        await server.StopAsync();
        await using var process = await NoteProcess.StartAsync(consumes: true, "--Bus:Transport=RabbitMq", "--Bus:ConnectionString=" + broker);
        await process.PublishAsync("early");

        await server.StartAgainAsync();

        await process.ShouldHaveWrittenAsync("early");
    }

    private static async Task PublishEachAsync(NoteProcess process, string[] texts)
    {
        foreach (var text in texts)
            await process.PublishAsync(text);
    }
}
