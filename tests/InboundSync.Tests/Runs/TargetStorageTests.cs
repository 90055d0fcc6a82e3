using System.Diagnostics;
using Tideway.InboundSync.Tests.Support;

namespace Tideway.InboundSync.Tests.Runs;

public sealed class TargetStorageTests : SyncFixture
{
    [Fact]
    public async Task The_service_is_ready_while_its_targets_can_be_written_to()
    {
        await Host.AddSyncAsync();
        var ready = await Host.GetAsync("/health/ready");
        ready["checks"]!["targets:inbound-sync"]!["ready"]!.GetValue<bool>().ShouldBeTrue();
        Directory.EnumerateFiles(Host.Lake).ShouldBeEmpty();

        Directory.Move(Host.Lake, Host.Lake + "-away");
        try
        {
            var (status, json) = await Host.SendAsync(HttpMethod.Get, "/health/ready", null);
            status.ShouldBe(503);
            json!["checks"]!["targets:inbound-sync"]!["description"]!.GetValue<string>().ShouldContain("'lake'");
        }
        finally
        {
            Directory.Move(Host.Lake + "-away", Host.Lake);
        }
    }

    [Fact]
    public async Task A_full_disk_fails_the_run_with_that_reason_and_it_goes_on_when_there_is_room()
    {
        var small = Host.Target("orders");
        Directory.CreateDirectory(small);
        if (Environment.UserName != "root" || !OperatingSystem.IsLinux() || await RunAsync("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small) != 0)
            Assert.Skip("A file system of a few kilobytes can only be made by root, and not in every container.");
        try
        {
            await Orders.AppendAsync("SELECT i AS id, md5(i::VARCHAR) AS customer, 1::DECIMAL(10,2) AS amount FROM range(20000) r(i)");

            var run = await Host.AddSyncAsync();

            run["state"]!.GetValue<string>().ShouldBe("failed");
            run["reason"]!.GetValue<string>().ShouldContain("Could not write");
            (await DeltaTables.Open(small).ExistsAsync(TestContext.Current.CancellationToken)).ShouldBeFalse();
            Directory.EnumerateFiles(small).ShouldBeEmpty();

            (await RunAsync("mount", "-o", "remount,size=64m", small)).ShouldBe(0);
            await Host.WaitForRunAsync("orders", next => next["state"]!.GetValue<string>() == "succeeded");
            await ShouldBeSameFilesAsync();
        }
        finally
        {
            await RunAsync("umount", "--lazy", small);
        }
    }

    [Fact]
    public async Task A_full_disk_in_merge_mode_leaves_the_rows_as_they_were_and_it_goes_on_when_there_is_room()
    {
        await Orders.AppendOrdersAsync(1, 10);
        var small = Host.Target("orders");
        Directory.CreateDirectory(small);
        if (Environment.UserName != "root" || !OperatingSystem.IsLinux() || await RunAsync("mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", small) != 0)
            Assert.Skip("A file system of a few kilobytes can only be made by root, and not in every container.");
        try
        {
            (await Host.AddSyncAsync(mode: "merge"))["state"]!.GetValue<string>().ShouldBe("succeeded");
            var before = await DeltaTables.RowsAsync(small);
            await Orders.AppendAsync("SELECT i AS id, md5(i::VARCHAR) AS customer, 1::DECIMAL(10,2) AS amount FROM range(100, 20000) r(i)");

            var run = await Host.RunAsync();

            run["state"]!.GetValue<string>().ShouldBe("failed");
            run["reason"]!.GetValue<string>().ShouldContain("space", Case.Insensitive);
            (await DeltaTables.RowsAsync(small)).ShouldBe(before);

            (await RunAsync("mount", "-o", "remount,size=64m", small)).ShouldBe(0);
            await Host.WaitForRunAsync("orders", next => next["state"]!.GetValue<string>() == "succeeded" && next["to_version"]!.GetValue<long>() == 2);
            await ShouldBeSameRowsAsync();
        }
        finally
        {
            await RunAsync("umount", "--lazy", small);
        }
    }

    private static async Task<int> RunAsync(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, UseShellExecute = false })!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }
}
