using System.Net;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Hostile;

public sealed class ConnectionLimitTests : HostileScene
{
    private const int Limit = 20;

    private protected override string[] Settings => [$"--Web:MaxConnections={Limit}"];

    [Fact]
    [ProtocolRule("Limits and load", "There are only so many connections at a time; further ones are closed", Served = "20,000, unless configured otherwise")]
    public async Task Connections_beyond_the_limit_are_closed_and_the_others_served()
    {
        // From here on its connection is there, and counts.
        (await Acme.Http.PostAnswerAsync(Query, "{}")).ShouldBe(HttpStatusCode.OK);
        var connections = new List<RawConnection>();
        try
        {
            for (var i = 0; i < Limit * 2; i++)
                connections.Add(await ConnectAsync());
            var ended = 0;
            foreach (var connection in connections)
                _ = connection.ReadStatusAsync().ContinueWith(_ => Interlocked.Increment(ref ended), TaskScheduler.Default);

            await Eventually.Async(() => Volatile.Read(ref ended) >= Limit);
            (await Acme.Http.PostAnswerAsync(Query, "{}")).ShouldBe(HttpStatusCode.OK);
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }
}
