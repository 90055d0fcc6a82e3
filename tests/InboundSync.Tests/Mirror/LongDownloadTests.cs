using System.Collections.Concurrent;
using Tideway.Contracts.InboundSync;
using Tideway.InboundSync.Tests.Support;

namespace Tideway.InboundSync.Tests.Mirror;

/// <summary>Downloads that outlive the addresses they began with.</summary>
public sealed class LongDownloadTests : SyncFixture
{
    private protected override string[] Settings => ["--InboundSync:RequestRetries=2"];

    [Fact]
    public async Task A_file_that_takes_longer_than_its_address_is_good_goes_on_where_it_is()
    {
        await Orders.AppendOrdersAsync(0, 499_999);
        var file = (await DeltaTables.SnapshotAsync(Orders.Folder)).Files.Single();
        var content = await File.ReadAllBytesAsync(Orders.PathOf(file), TestContext.Current.CancellationToken);
        var half = content.Length / 2;
        var (broken, ranges) = ("", new ConcurrentQueue<string>());
        // The address of the first list ends in the middle of the file.
        Provider.Fault = async context =>
        {
            var path = context.Request.Path.Value!;
            if (!path.StartsWith("/files/", StringComparison.Ordinal))
                return false;
            var list = path.Split('/')[2];
            ranges.Enqueue(context.Request.Headers.Range.ToString());
            if (broken == "")
            {
                broken = list;
                context.Response.ContentLength = content.Length;
                await context.Response.Body.WriteAsync(content.AsMemory(0, half), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                context.Abort();
                return true;
            }

            if (list != broken)
                return false;
            await FakeProvider.RefuseAsync(context, 403, "FORBIDDEN", "The address has ended.");
            return true;
        };

        var run = await Host.AddSyncAsync();

        run["state"]!.GetValue<string>().ShouldBe("succeeded", run.ToJsonString());
        await ShouldBeSameFilesAsync();
        ranges.First().ShouldBe("");
        ranges.Last().ShouldNotBe("", "what was here came once");
        (await Host.Events.WaitForAsync<SyncCompleted>()).Single().Files.ShouldBe(1);
    }
}
