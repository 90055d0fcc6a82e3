using Microsoft.AspNetCore.Http;
using Tideway.Contracts.InboundSync;
using Tideway.InboundSync.Tests.Support;

namespace Tideway.InboundSync.Tests.Mirror;

/// <summary>Mirrors of servers that leave things out, or do them another way.</summary>
public sealed class DeltaFormatServerTests : SyncFixture
{
    [Fact]
    public async Task A_server_whose_file_ids_are_others_in_the_other_format_sends_the_files_again()
    {
        Provider.Formats = KnownFormats.Both;
        Provider.KnowsFileIdHash = false;
        await Orders.AppendOrdersAsync(1, 1000);
        await Host.AddSyncAsync();
        await SetPropertyAsync("delta.enableDeletionVectors", "true");
        await Orders.DeleteAsync("id % 10 = 3");

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
        (await DeltaTables.SnapshotAsync(Copy)).FileCount.ShouldBe(1);
    }

    [Fact]
    public async Task Without_shared_history_a_file_with_other_deleted_rows_is_replaced_and_does_not_come_again()
    {
        await ShareOrdersAsync("vectors");
        Orders.HistoryShared = false;
        await Orders.AppendOrdersAsync(1, 100);
        await Orders.AppendOrdersAsync(101, 200);
        await Host.AddSyncAsync();
        await Orders.DeleteAsync("id = 7");

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        run["files_total"]!.GetValue<long>().ShouldBe(1);
        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
        Provider.Downloads.Count(path => path.EndsWith(".parquet", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task Rows_of_files_with_deleted_ones_are_counted_where_the_server_does_not_tell()
    {
        await ShareOrdersAsync("vectors");
        Provider.TellsStatistics = false;
        await Orders.AppendOrdersAsync(1, 100);
        await Orders.AppendOrdersAsync(101, 200);
        await Orders.DeleteAsync("id = 7");
        await Host.AddSyncAsync();
        await Orders.DeleteAsync("id = 8 OR id = 108");

        await Host.SyncAsync();

        await ShouldBeSameRowsAsync();
        (await DeltaTables.SnapshotAsync(Copy)).Files.Select(file => file.Stats).ShouldAllBe(stats => stats == """{"numRecords":100,"tightBounds":false}""");
    }

    [Theory]
    [InlineData("UNSUPPORTED_OPERATION", false)]
    [InlineData("INVALID_PARAMETER_VALUE", true)]
    public async Task A_server_that_cannot_follow_such_a_table_by_versions_has_lost_none(string code, bool isGap)
    {
        await ShareOrdersAsync("vectors");
        await Orders.AppendOrdersAsync(1, 100);
        await Host.AddSyncAsync();
        await Orders.DeleteAsync("id = 7");
        Provider.Fault = async context =>
        {
            if (!await AsksForVersionsAsync(context))
                return false;
            await FakeProvider.RefuseAsync(context, 400, code, "No such question.");
            return true;
        };

        (await Host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeTrue();

        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
        if (isGap)
            await Host.Events.WaitForAsync<SyncGapDetected>();
        else
            (await Host.Events.WaitForAsync<SyncCompleted>(2)).Count.ShouldBe(2);
        Host.Events.Of<SyncGapDetected>().Count.ShouldBe(isGap ? 1 : 0);
    }

    [Fact]
    public async Task A_server_that_answers_with_the_newest_files_when_versions_are_asked_for_is_understood()
    {
        await ShareOrdersAsync("vectors");
        await Orders.AppendOrdersAsync(1, 100);
        await Host.AddSyncAsync();
        await Orders.DeleteAsync("id = 7");
        await Orders.AppendOrdersAsync(101, 200);
        Provider.Fault = async context =>
        {
            if (await AsksForVersionsAsync(context))
                context.Request.Body = new MemoryStream("{}"u8.ToArray());
            return false;
        };

        (await Host.SyncAsync())["whole_table"]!.GetValue<bool>().ShouldBeTrue();

        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
    }

    [Fact]
    public async Task Vectors_whose_addresses_end_in_the_middle_are_asked_for_again()
    {
        await ShareOrdersAsync("vectors");
        for (var file = 0; file < 5; file++)
            await Orders.AppendOrdersAsync(file * 100, (file * 100) + 99);
        await Host.AddSyncAsync();
        await Orders.DeleteAsync("id % 10 = 3");
        Provider.DownloadsPerList = 2;

        await Host.SyncAsync();

        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
    }

    private static async Task<bool> AsksForVersionsAsync(HttpContext context)
    {
        if (!context.Request.Path.Value!.EndsWith("/query", StringComparison.Ordinal))
            return false;
        context.Request.EnableBuffering();
        using var reader = new StreamReader(context.Request.Body, leaveOpen: true);
        var asks = (await reader.ReadToEndAsync(context.RequestAborted)).Contains("startingVersion", StringComparison.Ordinal);
        context.Request.Body.Position = 0;
        return asks;
    }
}
