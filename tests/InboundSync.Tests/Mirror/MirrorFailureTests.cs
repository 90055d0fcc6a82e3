using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tideway.Contracts.InboundSync;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.InboundSync.Tests.Support;
using Tideway.Testing;

namespace Tideway.InboundSync.Tests.Mirror;

public sealed class MirrorFailureTests : SyncFixture
{
    [Fact]
    public async Task Files_that_are_here_are_not_downloaded_again_after_a_failure()
    {
        for (var file = 0; file < 5; file++)
            await Orders.AppendOrdersAsync(file * 100, (file * 100) + 99);
        var last = Path.GetFileName(Orders.PathOf((await DeltaTables.SnapshotAsync(Orders.Folder)).Files.Last()));
        Provider.Fault = context => FailAsync(context, path => path.EndsWith(last, StringComparison.Ordinal));
        var failed = await Host.AddSyncAsync();
        failed["state"]!.GetValue<string>().ShouldBe("failed");
        (await DeltaTables.Open(Copy).ExistsAsync(TestContext.Current.CancellationToken)).ShouldBeFalse();
        var before = Provider.Downloads.Where(path => !path.EndsWith(last, StringComparison.Ordinal)).ToList();
        before.Count.ShouldBe(4);

        Provider.Fault = null;
        await Host.WaitForRunAsync("orders", run => run["state"]!.GetValue<string>() == "succeeded");

        Provider.Downloads.Where(path => !path.EndsWith(last, StringComparison.Ordinal)).ShouldBe(before);
        await ShouldBeSameFilesAsync();
        var completed = (await Host.Events.WaitForAsync<SyncCompleted>()).Single();
        completed.Files.ShouldBe(1);
    }

    [Fact]
    public async Task Files_that_are_here_are_not_downloaded_again_after_the_process_ended()
    {
        await Orders.AppendOrdersAsync(0, 99);
        await Orders.AppendOrdersAsync(100, 199);
        var (second, reached) = await Provider.StopAtLastFileAsync(Orders);
        await Host.CreateSyncAsync();
        await reached.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        await Eventually.Async(() => Directory.EnumerateFiles(Copy, "*.parquet").Any(), because: "the first file");
        Provider.Fault = null;

        await RestartAsync();
        await Host.WaitForRunAsync("orders", run => run["state"]!.GetValue<string>() == "succeeded");

        Provider.Downloads.Count(path => !path.EndsWith(second, StringComparison.Ordinal)).ShouldBe(1);
        await ShouldBeSameFilesAsync();
        var runs = (await Host.GetAsync($"{InboundHost.Syncs}/orders/runs"))["runs"]!.AsArray();
        runs.Select(run => run!["state"]!.GetValue<string>()).ShouldBe(["succeeded", "failed"]);
        runs[1]!["reason"]!.GetValue<string>().ShouldContain("process ended");
    }

    [Fact]
    public async Task A_version_with_more_than_can_be_held_is_not_followed_and_the_newest_is_taken()
    {
        await Orders.AppendOrdersAsync(0, 99);
        await Host.AddSyncAsync();
        await Orders.AppendOrdersAsync(100, 199);
        Provider.Fault = TellLongLinesAsync;

        var run = await Host.SyncAsync();

        run["state"]!.GetValue<string>().ShouldBe("succeeded", run.ToJsonString());
        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        await ShouldBeSameFilesAsync();
        Host.Events.Of<SyncGapDetected>().ShouldBeEmpty();
    }

    [Fact]
    public async Task Addresses_that_end_in_the_middle_are_asked_for_again()
    {
        for (var file = 0; file < 7; file++)
            await Orders.AppendOrdersAsync(file * 100, (file * 100) + 99);
        Provider.DownloadsPerList = 3;

        var run = await Host.AddSyncAsync();

        run["state"]!.GetValue<string>().ShouldBe("succeeded", run.ToJsonString());
        await ShouldBeSameFilesAsync();
        (await Host.Events.WaitForAsync<SyncCompleted>()).Single().Files.ShouldBe(7);
    }

    [Fact]
    public async Task Addresses_that_are_never_good_fail_the_run_with_the_reason()
    {
        await Orders.AppendOrdersAsync(0, 99);
        Provider.DownloadsPerList = 0;

        var run = await Host.AddSyncAsync();

        run["state"]!.GetValue<string>().ShouldBe("failed");
        run["reason"]!.GetValue<string>().ShouldContain("no longer accepted");
        Provider.DownloadsPerList = null;
        await Host.WaitForRunAsync("orders", next => next["state"]!.GetValue<string>() == "succeeded");
    }

    [Fact]
    public async Task A_file_of_the_newest_version_that_is_gone_fails_the_run()
    {
        await Orders.AppendOrdersAsync(0, 99);
        var file = (await DeltaTables.SnapshotAsync(Orders.Folder)).Files.Single();
        File.Delete(Orders.PathOf(file));

        var run = await Host.AddSyncAsync();

        run["state"]!.GetValue<string>().ShouldBe("failed");
        run["reason"]!.GetValue<string>().ShouldContain("404");
        (await DeltaTables.Open(Copy).ExistsAsync(TestContext.Current.CancellationToken)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_file_of_an_old_version_that_is_gone_is_a_gap()
    {
        await Orders.AppendOrdersAsync(0, 99);
        await Host.AddSyncAsync();
        var before = (await DeltaTables.SnapshotAsync(Orders.Folder)).Files.Select(file => file.Path).ToList();
        await Orders.AppendOrdersAsync(100, 199);
        var gone = (await DeltaTables.SnapshotAsync(Orders.Folder)).Files.Single(file => !before.Contains(file.Path));
        await Orders.DeleteAsync("id >= 100");
        File.Delete(Orders.PathOf(gone));

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBeTrue();
        await ShouldBeSameFilesAsync();
        (await Host.Events.WaitForAsync<SyncGapDetected>()).Single().Reason.ShouldContain("gone");
    }

    [Fact]
    public async Task A_file_of_another_length_than_announced_is_not_taken()
    {
        await Orders.AppendOrdersAsync(0, 99);
        var file = Orders.PathOf((await DeltaTables.SnapshotAsync(Orders.Folder)).Files.Single());
        await File.AppendAllTextAsync(file, "more", TestContext.Current.CancellationToken);

        var run = await Host.AddSyncAsync();

        run["state"]!.GetValue<string>().ShouldBe("failed");
        Directory.EnumerateFiles(Copy, "*.part*").ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_committed_but_not_recorded_is_recorded_by_the_next_run()
    {
        await Orders.AppendOrdersAsync(0, 99);
        await Host.AddSyncAsync();
        await Orders.AppendOrdersAsync(100, 199);
        await Host.SyncAsync();
        await Host.Events.WaitForAsync<SyncCompleted>(2);
        // As if the process had ended between the two.
        await Host.ChangeAsync("UPDATE sync SET remote_version = 1");
        await Host.ChangeAsync("UPDATE sync_run SET state = 'running', finished_at = NULL WHERE to_version = 2");
        var localVersion = (await DeltaTables.SnapshotAsync(Copy)).Version;

        await Host.ChangeAsync("UPDATE sync SET due_at = 1");
        var events = await Host.Events.WaitForAsync<SyncCompleted>(3);

        (events[2].FromVersion, events[2].ToVersion).ShouldBe((1, 2));
        events[2].Files.ShouldBe(0);
        (await DeltaTables.SnapshotAsync(Copy)).Version.ShouldBe(localVersion);
        await Eventually.Async(async () => await Host.CountAsync("sync_run WHERE state = 'running'") == 0);
    }

    [Fact]
    public async Task Files_of_a_table_that_others_changed_are_put_right()
    {
        await Orders.AppendOrdersAsync(0, 99);
        await Orders.AppendOrdersAsync(100, 199);
        await Host.AddSyncAsync();
        var table = DeltaTables.Open(Copy);
        var snapshot = await table.LoadAsync(cancellationToken: TestContext.Current.CancellationToken);
        var transaction = table.BeginTransaction(snapshot);
        foreach (var file in snapshot.Files)
            transaction.Remove(file);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        await Orders.DeleteAsync("id = 3");

        await Host.SyncAsync();

        await ShouldBeSameFilesAsync();
    }

    // Of the versions, all that is needed to be followed but for files that are worth it.
    private async Task<bool> TellLongLinesAsync(HttpContext context)
    {
        if (!context.Request.Path.Value!.EndsWith("/query", StringComparison.Ordinal))
            return false;
        context.Request.EnableBuffering();
        using var query = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        context.Request.Body.Position = 0;
        if (!query.RootElement.TryGetProperty("startingVersion", out _))
            return false;
        var table = await Orders.Table.LoadAsync(cancellationToken: context.RequestAborted);
        var lines = new AnswerLines(ResponseFormats.Parquet, Provider, "orders", Orders.Table.Store.Root, fileIdHash: null);
        context.Response.Headers[HeaderNames.TableVersion] = table.Version.ToString(CultureInfo.InvariantCulture);
        context.Response.ContentType = HeaderNames.Ndjson;
        using var writer = new NdjsonWriter(context.Response.BodyWriter);
        await writer.WriteAsync(lines.Protocol(table.Protocol), context.RequestAborted);
        await writer.WriteAsync(lines.Metadata(table.Metadata), context.RequestAborted);
        var statistics = new string('x', 6 * 1024 * 1024);
        foreach (var file in Enumerable.Range(0, 12))
            await writer.WriteAsync(
                new AddLine
                {
                    Id = $"long-{file}",
                    Url = $"{Provider.Address}/files/long-{file}",
                    PartitionValues = new Dictionary<string, string?>(StringComparer.Ordinal),
                    Size = 1,
                    Stats = statistics,
                    Version = table.Version,
                    Timestamp = 1,
                },
                context.RequestAborted
            );
        await writer.FlushAsync(context.RequestAborted);
        return true;
    }

    private static async Task<bool> FailAsync(HttpContext context, Func<string, bool> condition)
    {
        if (!condition(context.Request.Path.Value!))
            return false;
        await FakeProvider.RefuseAsync(context, 500, "INTERNAL_ERROR", "The disk of the provider fails.");
        return true;
    }
}
