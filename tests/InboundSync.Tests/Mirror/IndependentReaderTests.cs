using Tideway.DeltaLog.CrossCheck.Tests.Engine;
using Tideway.DeltaLog.Reading;
using Tideway.InboundSync.Tests.Support;

[assembly: AssemblyFixture(typeof(IndependentEngine))]

namespace Tideway.InboundSync.Tests.Mirror;

/// <summary>What was received, as an engine reads it that shares no code with ours.</summary>
public sealed class IndependentReaderTests(IndependentEngine engine) : SyncFixture
{
    public static MatrixTheoryData<string, string> KindsAndModes => new(["plain", "vectors", "mapped", "mapped vectors"], ["mirror", "merge"]);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(KindsAndModes))]
    public async Task Another_engine_reads_the_rows_of_the_remote_table(string kind, string mode)
    {
        IndependentEngine.Require();
        await ShareOrdersAsync(kind, KnownFormats.Both, ["customer"]);
        await Orders.AppendOrdersAsync(1, 1000);
        await Orders.AppendOrdersAsync(1001, 2000, "globex and so on");
        await Orders.DeleteAsync("id % 10 = 3");
        await Host.AddSyncAsync(mode: mode);
        await ShouldReadAlikeAsync();

        await Orders.DeleteAsync("id % 10 = 4");
        await Orders.UpdateAsync("amount", "amount + 1", "id % 7 = 1");
        await Orders.AppendOrdersAsync(3000, 3100, "initech");
        await Host.SyncAsync();

        await ShouldReadAlikeAsync();
    }

    private async Task ShouldReadAlikeAsync()
    {
        using var connection = Support.DuckDb.Connect();
        var remote = await DeltaTables.SnapshotAsync(Orders.Folder);
        var sql = await new TableReader(Orders.Table.Store).ScanSqlAsync(remote, cancellationToken: Stop);
        await new RowComparison(connection, engine, Folder.Path).SameAsync(sql, remote.Schema, EngineSql.Rows(Copy), $"version {remote.Version}");
    }
}
