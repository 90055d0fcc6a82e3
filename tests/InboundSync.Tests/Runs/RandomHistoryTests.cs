using Tideway.DeltaLog.Evolution;
using Tideway.DeltaLog.Maintenance;
using Tideway.DeltaLog.Schema;
using Tideway.InboundSync.Tests.Support;

namespace Tideway.InboundSync.Tests.Runs;

/// <summary>
/// Whatever becomes of a remote table, and whatever kind of server shares it: after each run both ways to receive it have its rows. The number is the seed;
/// <c>TIDEWAY_HISTORY_SEED</c> runs another one, as many times as <c>TIDEWAY_HISTORIES</c> says.
/// </summary>
public sealed class RandomHistoryTests : SyncFixture
{
    private const int Steps = 14;

    private Random random = new(0);
    private List<string> story = [];
    private long nextId;
    private bool isMapped;
    private int columns;

    public static TheoryData<int> Seeds
    {
        get
        {
            var first = int.TryParse(Environment.GetEnvironmentVariable("TIDEWAY_HISTORY_SEED"), out var seed) ? seed : 1;
            return [.. Enumerable.Range(first, int.TryParse(Environment.GetEnvironmentVariable("TIDEWAY_HISTORIES"), out var count) ? count : 5)];
        }
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Every_history_is_received_as_it_is(int seed)
    {
        random = new Random(seed);
        Provider.Formats = random.Next(3) > 0 ? KnownFormats.Both : KnownFormats.Delta;
        Provider.KnowsFileIdHash = random.Next(3) > 0;
        Provider.TellsVectorFiles = random.Next(3) > 0;
        Provider.TellsSizesOfFilesThatWent = random.Next(3) > 0;
        Provider.VectorAddresses = (VectorAddresses)random.Next(3);
        Orders.HistoryShared = random.Next(4) > 0;
        Orders.ChangesShared = random.Next(4) > 0;
        story =
        [
            $"seed {seed}: {Provider.Formats}, ids {Provider.KnowsFileIdHash}, vectors {Provider.VectorAddresses}, history {Orders.HistoryShared}, changes {Orders.ChangesShared}",
        ];
        await AppendAsync();
        await Host.AddSyncAsync("orders", "mirror");
        await Host.AddSyncAsync("merged", "merge");

        for (var step = 0; step < Steps; step++)
        {
            await ChangeAsync();
            if (random.Next(2) > 0 || step == Steps - 1)
                await ReceiveAsync();
        }
    }

    private async Task ReceiveAsync()
    {
        var broken = random.Next(4) == 0 ? random.Next(1, 4) : 0;
        var asked = 0;
        Provider.Fault = async context =>
        {
            if (broken == 0 || Interlocked.Increment(ref asked) != broken)
                return false;
            await FakeProvider.RefuseAsync(context, 500, "INTERNAL_ERROR", "Just this once.");
            return true;
        };
        story.Add($"receive, request {broken} fails");
        foreach (var name in new[] { "orders", "merged" })
        {
            var run = await Host.RunAsync(name);
            // What failed succeeds when it is tried again.
            for (var attempt = 0; attempt < 3 && broken > 0 && run["state"]!.GetValue<string>() != "succeeded"; attempt++)
                run = await Host.RunAsync(name);
            run["state"]!.GetValue<string>().ShouldBe("succeeded", $"{string.Join('\n', story)}\n{run.ToJsonString()}");
            (await DeltaTables.RowsAsync(Host.Target(name))).ShouldBe(await DeltaTables.RowsAsync(Orders.Folder), string.Join('\n', story));
        }

        Provider.Fault = null;
    }

    private Task ChangeAsync() =>
        random.Next(13) switch
        {
            0 or 1 or 2 => AppendAsync(),
            3 or 4 => ToldAsync("delete", $"id % 17 = {random.Next(17)}", Orders.DeleteAsync),
            5 => ToldAsync("update", $"id % 13 = {random.Next(13)}", where => Orders.UpdateAsync("customer", $"'customer {random.Next(5)}'", where)),
            6 => ToldAsync("move", $"id % 11 = {random.Next(11)}", where => Orders.UpdateAsync("id", "id + 1000000", where)),
            7 => ToldAsync("optimize", "", _ => OptimizeAsync()),
            8 => ToldAsync("restore", "", _ => RestoreAsync()),
            9 => ToldAsync("vectors", "", _ => SetPropertyAsync("delta.enableDeletionVectors", random.Next(3) > 0 ? "true" : "false")),
            10 => ToldAsync("map", "", _ => MapAsync()),
            11 => ToldAsync(
                "add a column",
                "",
                _ => Evolution.AddColumnAsync($"added_{columns++}", new PrimitiveType(PrimitiveKind.Integer), cancellationToken: Stop)
            ),
            _ => ToldAsync("rename or drop", "", _ => RenameOrDropAsync()),
        };

    private TableEvolution Evolution => new(Orders.Table);

    private async Task ToldAsync(string what, string where, Func<string, Task> change)
    {
        await change(where);
        story.Add($"{what} {where} (version {await Orders.VersionAsync()})");
    }

    private async Task AppendAsync()
    {
        var count = random.Next(1, 200);
        var schema = (await DeltaTables.SnapshotAsync(Orders.Folder)).Schema;
        var select = schema.Fields.Select(field =>
            field.Name switch
            {
                "id" => "i AS id",
                "customer" => "'acme ' || (i % 7) AS customer",
                "amount" => "CAST(i * 1.5 AS DECIMAL(10, 2)) AS amount",
                var name => $"CAST(i % 5 AS {(field.Type is PrimitiveType { Kind: PrimitiveKind.Integer } ? "INTEGER" : "VARCHAR")}) AS \"{name}\"",
            }
        );
        await Orders.AppendAsync($"SELECT {string.Join(", ", select)} FROM range({nextId}, {nextId + count}) r(i)");
        story.Add($"append {nextId} to {nextId + count - 1} (version {await Orders.VersionAsync()})");
        nextId += count;
    }

    private async Task OptimizeAsync()
    {
        using var connection = Support.DuckDb.Connect();
        await new TableOptimizer(Orders.Table).RunAsync(connection, cancellationToken: Stop);
    }

    private async Task RestoreAsync()
    {
        // Before that there are no rows, and an id may not come again.
        var version = random.NextInt64(1, await Orders.VersionAsync() + 1);
        await new TableRestore(Orders.Table).RunAsync(version, cancellationToken: Stop);
        isMapped = (await DeltaTables.SnapshotAsync(Orders.Folder)).Configuration.GetValueOrDefault("delta.columnMapping.mode") == "name";
    }

    private async Task MapAsync()
    {
        await SetPropertyAsync("delta.columnMapping.mode", "name");
        isMapped = true;
    }

    private async Task RenameOrDropAsync()
    {
        var others = (await DeltaTables.SnapshotAsync(Orders.Folder)).Schema.Fields.Select(field => field.Name).Except(["id", "customer", "amount"]).ToList();
        if (!isMapped || others.Count == 0)
            return;
        var chosen = others[random.Next(others.Count)];
        if (random.Next(2) > 0)
            await Evolution.RenameColumnAsync($"`{chosen}`", $"renamed {columns++}", Stop);
        else
            await Evolution.DropColumnAsync($"`{chosen}`", Stop);
    }
}
