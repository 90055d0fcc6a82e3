using Tideway.DeltaLog.Maintenance;
using Tideway.InboundSync.Tests.Support;
using Tideway.Testing;

namespace Tideway.InboundSync.Tests.Mirror;

/// <summary>Servers that tell no ids of files with deletion vectors, and whose addresses do not name them either.</summary>
public sealed class UnnamedVectorsTests : SyncFixture
{
    public static TheoryData<string, bool> Servers =>
        new(
            from addresses in Enum.GetNames<VectorAddresses>()
            where addresses != nameof(VectorAddresses.NamedByDelta)
            from historyShared in new[] { true, false }
            // Such a server has nothing to tell of versions before.
            where !historyShared || addresses != nameof(VectorAddresses.OneForEachDataFile)
            select (addresses, historyShared)
        );

    private int DataFilesThatCame => Provider.Downloads.Count(path => path.EndsWith(".parquet", StringComparison.Ordinal));

    private string[] VectorsHere => [.. Directory.GetFiles(Copy, "*.bin").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await ShareOrdersAsync("vectors");
        await Orders.AppendOrdersAsync(1, 100);
        await Orders.AppendOrdersAsync(101, 200);
        // The vectors are as long, and in the same places of their files.
        await Orders.DeleteAsync("id = 7");
        await Orders.DeleteAsync("id = 109");
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task A_vector_that_stays_the_same_is_not_put_in_again(string addresses, bool historyShared)
    {
        Serve(addresses, historyShared);
        await Host.AddSyncAsync();
        var vectors = VectorsHere;
        await Orders.AppendOrdersAsync(201, 300);

        await Host.SyncAsync();

        (await LastCommitAsync()).ShouldBe(["add", "commitInfo", "txn"]);
        await SetPropertyAsync("delta.appendOnly", "false");
        await Host.SyncAsync();
        (await LastCommitAsync()).ShouldBe(["commitInfo", "txn"]);
        VectorsHere.ShouldBe(vectors);
        DataFilesThatCame.ShouldBe(3);
        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task A_vector_as_long_and_with_as_many_rows_is_another_one_where_its_bytes_are_others(string addresses, bool historyShared)
    {
        Serve(addresses, historyShared);
        await Host.AddSyncAsync();
        await ShouldBeSameRowsAsync();
        await new TableRestore(Orders.Table).RunAsync(2, cancellationToken: TestContext.Current.CancellationToken);
        await Orders.DeleteAsync("id = 8");
        await Orders.DeleteAsync("id = 109");

        await Host.SyncAsync();

        DataFilesThatCame.ShouldBe(2);
        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Rows_that_are_deleted_later_are_followed(string addresses, bool historyShared)
    {
        Serve(addresses, historyShared);
        await Host.AddSyncAsync();
        await Orders.DeleteAsync("id % 10 = 3");
        await Orders.DeleteAsync("id % 10 = 4");

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBe(!historyShared);
        DataFilesThatCame.ShouldBe(2);
        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Row_changes_are_merged_as_they_are(string addresses, bool changesShared)
    {
        Serve(addresses, historyShared: true);
        Orders.ChangesShared = changesShared;
        await Host.AddSyncAsync(mode: "merge");
        await ShouldBeSameRowsAsync();
        await Orders.DeleteAsync("id = 10");
        await Orders.DeleteAsync("id = 110");
        await Orders.DeleteAsync("id = 20 OR id = 120");
        // The rows come out of vectors then.
        await Orders.ForgetChangeFilesAsync();

        var run = await Host.SyncAsync();

        run["whole_table"]!.GetValue<bool>().ShouldBe(!changesShared);
        await ShouldBeSameRowsAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_no_longer_tells_ids_or_tells_them_now_has_the_same_vectors(bool toldFirst)
    {
        Serve(nameof(VectorAddresses.OtherEachTime), historyShared: false);
        if (toldFirst)
            Provider.VectorAddresses = VectorAddresses.NamedByDelta;
        await Host.AddSyncAsync();
        Provider.VectorAddresses = toldFirst ? VectorAddresses.OtherEachTime : VectorAddresses.NamedByDelta;
        await Orders.AppendOrdersAsync(201, 300);

        await Host.SyncAsync();

        (await LastCommitAsync()).ShouldBe(["add", "commitInfo", "txn"]);
        await ShouldBeSameRowsAsync();
    }

    [Fact]
    public async Task A_local_vector_that_is_gone_is_put_in_again()
    {
        Serve(nameof(VectorAddresses.OtherEachTime), historyShared: false);
        Provider.VectorAddresses = VectorAddresses.NamedByDelta;
        await Host.AddSyncAsync();
        foreach (var path in Directory.GetFiles(Copy, "*.bin"))
            File.Delete(path);
        Provider.VectorAddresses = VectorAddresses.OtherEachTime;
        await Orders.AppendOrdersAsync(201, 300);

        await Host.SyncAsync();

        await ShouldBeSameRowsAsync();
    }

    [Theory]
    [InlineData(nameof(VectorAddresses.OtherEachTime))]
    [InlineData(nameof(VectorAddresses.OneForAll))]
    public async Task Addresses_that_end_in_the_middle_are_asked_for_again(string addresses)
    {
        Serve(addresses, historyShared: true);
        await Host.AddSyncAsync();
        for (var file = 3; file < 8; file++)
            await Orders.AppendOrdersAsync(file * 100, (file * 100) + 99);
        for (var file = 3; file < 8; file++)
            await Orders.DeleteAsync($"id = {(file * 100) + file}");
        Provider.DownloadsPerList = 2;

        await Host.SyncAsync();

        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
    }

    [Fact]
    public async Task A_run_that_is_stopped_leaves_vectors_that_the_next_one_does_not_write_again()
    {
        Serve(nameof(VectorAddresses.OtherEachTime), historyShared: true);
        var (_, reached) = await Provider.StopAtLastFileAsync(Orders);
        await Host.CreateSyncAsync();
        await reached.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        await Eventually.Async(() => VectorsHere.Length > 0, because: "the vector of the other file");
        Directory.Exists(Path.Combine(Copy, "_delta_log")).ShouldBeFalse();
        Provider.Fault = null;

        await RestartAsync();
        await Host.WaitForRunAsync("orders", run => run["state"]!.GetValue<string>() == "succeeded");

        VectorsHere.Length.ShouldBe(2);
        await ShouldBeSameFilesAsync();
        await ShouldBeSameRowsAsync();
    }

    private void Serve(string addresses, bool historyShared)
    {
        Provider.VectorAddresses = Enum.Parse<VectorAddresses>(addresses);
        Orders.HistoryShared = historyShared;
    }

    /// <summary>The kinds of actions of the newest local commit, in the order of the alphabet.</summary>
    private async Task<IReadOnlyList<string>> LastCommitAsync()
    {
        var commit = Directory.GetFiles(Path.Combine(Copy, "_delta_log"), "*.json").Order(StringComparer.Ordinal).Last();
        var lines = await File.ReadAllLinesAsync(commit, TestContext.Current.CancellationToken);
        return [.. lines.Select(line => line.Split('"')[1]).Order(StringComparer.Ordinal)];
    }
}
