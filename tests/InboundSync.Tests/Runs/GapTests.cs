using Tideway.Contracts.InboundSync;
using Tideway.InboundSync.Tests.Support;

namespace Tideway.InboundSync.Tests.Runs;

/// <summary>How often people are told that changes are lost.</summary>
public sealed class GapTests : SyncFixture
{
    [Theory]
    [InlineData("mirror")]
    [InlineData("merge")]
    public async Task A_gap_is_told_once_however_often_its_run_fails(string mode)
    {
        await LoseChangesAsync(mode);

        await FailAsync();
        await FailAsync();

        await Host.Events.WaitForAsync<SyncFailed>(2);
        var told = (await Host.Events.WaitForAsync<SyncGapDetected>()).ShouldHaveSingleItem();
        (told.FromVersion, told.ToVersion).ShouldBe((2, 1));
        await RestartAsync();
        await FailAsync();
        Provider.Fault = null;
        await Host.SyncAsync();
        await ShouldBeSameRowsAsync();
        await Host.Events.WaitForAsync<SyncCompleted>();
        Host.Events.Of<SyncGapDetected>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_gap_is_another_one_where_more_is_missing_or_the_table_is_another_one()
    {
        await LoseChangesAsync("mirror");
        await FailAsync();
        await Orders.AppendOrdersAsync(31, 40);
        await FailAsync();
        var third = await SharedTable.CreateAsync(Folder.Sub("third"));
        await third.AppendOrdersAsync(1, 5);
        await third.AppendOrdersAsync(6, 10);
        Provider.Tables["sales/public/orders"] = third;

        await FailAsync();

        var told = await Host.Events.WaitForAsync<SyncGapDetected>(3);
        told.OrderBy(gap => gap.OccurredAt).Select(gap => (gap.FromVersion, gap.ToVersion)).ShouldBe([(2, 1), (2, 2), (2, 2)]);
    }

    [Fact]
    public async Task The_same_gap_is_told_again_after_a_run_that_succeeded()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Orders.AppendOrdersAsync(11, 20);
        await Host.AddSyncAsync();
        var (commit, aside) = (Path.Combine(Orders.Folder, "_delta_log", $"{2:D20}.json"), Path.Combine(Folder.Path, "aside"));
        File.Move(commit, aside);
        await Host.SyncAsync();
        File.Move(aside, commit);
        await Host.SyncAsync();

        File.Move(commit, aside);
        await Host.SyncAsync();

        var told = await Host.Events.WaitForAsync<SyncGapDetected>(2);
        told.ShouldAllBe(gap => gap.FromVersion == 2 && gap.ToVersion == 1);
    }

    /// <summary>Another table comes in the place of one whose version 2 is held, and its files cannot be had.</summary>
    private async Task LoseChangesAsync(string mode)
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Orders.AppendOrdersAsync(11, 20);
        await Host.AddSyncAsync(mode: mode);
        await Orders.RecreateAsync(Folder.Sub("again"));
        await Orders.AppendOrdersAsync(21, 30);
        Provider.Fault = async context =>
        {
            if (!context.Request.Path.StartsWithSegments("/files", StringComparison.Ordinal))
                return false;
            await FakeProvider.RefuseAsync(context, 500, "INTERNAL_ERROR", "The disk of the provider fails.");
            return true;
        };
    }

    private async Task FailAsync() => (await Host.RunAsync())["state"]!.GetValue<string>().ShouldBe("failed");
}
