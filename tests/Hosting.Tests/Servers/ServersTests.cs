using System.Net.Sockets;
using Npgsql;
using RabbitMQ.Client;
using Tideway.Testing.Servers;

namespace Tideway.Hosting.Tests.Servers;

[Trait("Needs", "Servers")]
public sealed class ServersTests
{
    [Fact]
    public async Task Every_database_of_the_server_is_a_fresh_one()
    {
        var server = await PostgresServer.StartAsync();

        var first = await server.CreateDatabaseAsync();
        var second = await server.CreateDatabaseAsync();

        (await ScalarAsync(first, "SELECT current_database()")).ShouldNotBe(await ScalarAsync(second, "SELECT current_database()"));
        (await ScalarAsync(first, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).ShouldBe(0L);
    }

    [Fact]
    public async Task Every_virtual_host_of_the_server_is_a_fresh_one_that_takes_connections()
    {
        var server = await RabbitMqServer.StartAsync();

        var uri = await server.CreateVirtualHostAsync();

        await using var connection = await new ConnectionFactory { Uri = uri }.CreateConnectionAsync();
        connection.IsOpen.ShouldBeTrue();
        (await server.CreateVirtualHostAsync()).ShouldNotBe(uri);
    }

    [Fact]
    public async Task A_private_broker_keeps_what_is_durable_while_it_is_stopped()
    {
        await using var server = await RabbitMqServer.StartPrivateAsync();
        var uri = await server.CreateVirtualHostAsync();
        await using (var connection = await new ConnectionFactory { Uri = uri }.CreateConnectionAsync())
        await using (var channel = await connection.CreateChannelAsync())
        {
            await channel.QueueDeclareAsync("kept", durable: true, exclusive: false, autoDelete: false);
        }

        await server.StopAsync();
        await Should.ThrowAsync<RabbitMQ.Client.Exceptions.BrokerUnreachableException>(() => new ConnectionFactory { Uri = uri }.CreateConnectionAsync());
        await server.StartAgainAsync();

        await using var again = await new ConnectionFactory { Uri = uri }.CreateConnectionAsync();
        await using var other = await again.CreateChannelAsync();
        (await other.QueueDeclarePassiveAsync("kept")).QueueName.ShouldBe("kept");
    }

    [Fact]
    public async Task Redis_listens_at_its_endpoint()
    {
        var server = await RedisServer.StartAsync();
        var (host, port) = (server.Endpoint.Split(':')[0], int.Parse(server.Endpoint.Split(':')[1]));

        using var client = new TcpClient();
        await client.ConnectAsync(host, port);

        client.Connected.ShouldBeTrue();
    }

    private static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
