using System.Net;
using Tideway.Contracts.ShareRegistry;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Hostile;

public sealed class SlowReaderTests : HostileScene
{
    private const int Readers = 10;
    private const int Files = 40_000;

    private protected override string[] Settings => ["--Web:BodyGrace=00:00:02", "--Web:MinBodyBytesPerSecond=1000000"];

    [Fact]
    [ProtocolRule(
        "Limits and load",
        "A client that asks for much and does not take it is cut off, and its answer takes little memory",
        Served = "below 240 bytes/s on average, unless configured otherwise"
    )]
    public async Task Answers_that_nobody_takes_are_ended()
    {
        var table = new LakeTable(Path.Combine(Process.Lake, "large"));
        table.Commit([
            LakeTable.ProtocolLine(),
            LakeTable.MetadataLine(),
            .. Enumerable.Range(0, Files).Select(i => LakeTable.AddLine($"part-{i}.parquet", 1, 1)),
        ]);
        await Process.ShareTableAsync("sales", "shop.large", table.Folder);
        var query = Query.Replace("orders", "large", StringComparison.Ordinal);
        // The version itself and its lines are kept in memory from now on. On a busy machine this reader may be too slow as well.
        await Eventually.Async(async () => await CountBytesAsync(query) > 10_000_000);
        var cutOff = CountCutOff();
        var connections = new List<RawConnection>();
        try
        {
            await AttackAsync(async () =>
            {
                for (var i = 0; i < Readers; i++)
                {
                    var connection = await RawConnection.OpenAsync(Process.Stranger.BaseAddress!, receiveBufferBytes: 4096);
                    connections.Add(connection);
                    await connection.SendAsync(Head("POST", query, "Content-Length: 2") + "{}");
                }

                // Each is recorded once more, when its work has ended.
                await Eventually.Async(() => CountCutOff() >= cutOff + Readers);
            });
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }

    private int CountCutOff() => Process.Events.Of<ShareAccessed>().Count(access => access.Status == 499);

    private async Task<int> CountBytesAsync(string query)
    {
        try
        {
            return (await Acme.Http.PostAnswerAsync(query, "{}")).ShouldBe(HttpStatusCode.OK).Text.Length;
        }
        catch (HttpRequestException exception) when (exception.InnerException is HttpIOException or IOException)
        {
            // Cut off.
            return 0;
        }
    }
}
