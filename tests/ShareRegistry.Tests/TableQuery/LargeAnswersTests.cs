using System.Net;
using System.Net.Sockets;
using System.Text;
using Tideway.Contracts.ShareRegistry;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.TableQuery;

public sealed class LargeAnswersTests : TableTest
{
    private const int Files = 100_000;

    private string path = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var table = new LakeTable(Path.Combine(Process.Lake, "large"));
        table.Commit([
            LakeTable.ProtocolLine(),
            LakeTable.MetadataLine(),
            .. Enumerable.Range(0, Files).Select(i => LakeTable.AddLine($"part-{i:D6}.parquet", 10, 1)),
        ]);
        path = await ShareAsync("large", table);
    }

    [Fact]
    [ProtocolRule("Answers of any size", "An answer of many files is whole")]
    public async Task A_large_answer_is_whole()
    {
        var answer = (await QueryAsync(path, "{}")).ShouldBe(HttpStatusCode.OK);

        answer.Text.AsSpan().Count('\n').ShouldBe(Files + 2);
        (await Process.Events.WaitForAsync<ShareAccessed>(e => e.RequestId == answer.Header("x-request-id"))).FileCount.ShouldBe(Files);
    }

    [Fact]
    [ProtocolRule("Answers of any size", "The first lines leave before the last are made, and the work ends when the client goes")]
    public async Task The_first_lines_come_before_the_last_are_made_and_a_client_that_goes_away_ends_the_work()
    {
        await QueryAsync(path, new { limitHint = 1 });
        var before = GC.GetTotalAllocatedBytes();
        using (var client = new TcpClient { ReceiveBufferSize = 4096 })
        {
            await client.ConnectAsync(IPAddress.Loopback, Process.Stranger.BaseAddress!.Port);
            var request = $"POST {path}/query HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {Acme.Token}\r\nContent-Length: 2\r\n\r\n{{}}";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
            await client.GetStream().ReadExactlyAsync(new byte[2000]);
        }

        // Who asked and went away is recorded once more, when the work has ended.
        await Process.Events.WaitForAsync<ShareAccessed>(e => e.Status == 499 && e.Action == "deltaSharingQueryTable");
        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(60_000_000);
        (await QueryAsync(path, new { limitHint = 1 })).ShouldBe(HttpStatusCode.OK);
    }
}
