using Microsoft.AspNetCore.Http;
using Tideway.InboundSync.Tests.Support;

namespace Tideway.InboundSync.Tests.Mirror;

/// <summary>Deletion vectors of several data files, one after the other in one file.</summary>
public sealed class PackedVectorsTests : SyncFixture
{
    private const int Files = 12;

    private IEnumerable<string> VectorRequests => Provider.Downloads.Where(IsVectorFile);

    private string[] VectorsHere => Directory.GetFiles(Copy, "*.bin");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await ShareOrdersAsync("vectors");
        for (var file = 0; file < Files; file++)
            await Orders.AppendOrdersAsync(file * 100, (file * 100) + 99);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Vectors_that_lie_side_by_side_come_with_one_request(bool tellsVectorFiles)
    {
        Provider.TellsVectorFiles = tellsVectorFiles;
        await Orders.DeleteAsync("id % 10 = 3");

        var run = await Host.AddSyncAsync();

        run["state"]!.GetValue<string>().ShouldBe("succeeded", run.ToJsonString());
        VectorRequests.Count().ShouldBe(1);
        VectorsHere.Length.ShouldBe(Files);
        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
    }

    [Fact]
    public async Task Vectors_of_each_version_that_is_followed_come_with_one_request()
    {
        await Host.AddSyncAsync();
        await Orders.DeleteAsync("id % 10 = 3");
        await Orders.DeleteAsync("id % 10 = 4");

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeFalse();
        VectorRequests.Count().ShouldBe(2);
        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
    }

    [Fact]
    public async Task One_that_is_not_what_it_is_said_to_be_fails_the_run_and_the_others_need_not_come_again()
    {
        await Orders.DeleteAsync("id % 10 = 3");
        var wrong = (await DeltaTables.SnapshotAsync(Orders.Folder))
            .Files.Select(file => file.DeletionVector!)
            .OrderBy(vector => vector.Offset)
            .ElementAt(Files / 2);
        Provider.TellVector = vector => vector.Offset == wrong.Offset ? vector with { Cardinality = vector.Cardinality + 1 } : vector;

        var run = await Host.AddSyncAsync();

        run["state"]!.GetValue<string>().ShouldBe("failed");
        run["reason"]!.GetValue<string>().ShouldContain("rows, found");
        (await DeltaTables.Open(Copy).ExistsAsync(TestContext.Current.CancellationToken)).ShouldBeFalse();
        VectorsHere.Length.ShouldBe(Files - 1);

        var ranges = new List<string>();
        Provider.Fault = context =>
        {
            if (IsVectorFile(context.Request.Path))
                ranges.Add(context.Request.Headers.Range.ToString());
            return Task.FromResult(false);
        };
        Provider.TellVector = vector => vector;
        await Host.WaitForRunAsync("orders", next => next["state"]!.GetValue<string>() == "succeeded");

        ranges[^1].ShouldBe($"bytes={wrong.Offset}-{wrong.Offset + wrong.SizeInBytes + 7}");
        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
    }

    private static bool IsVectorFile(string path) => path.EndsWith(".bin", StringComparison.Ordinal);

    private static bool IsVectorFile(PathString path) => IsVectorFile(path.Value!);
}
