using Tideway.EndToEnd.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.EndToEnd.Tests.Exchange;

/// <summary>Tables that other engines wrote, with deletion vectors and mapped columns, on their way from one organisation to another.</summary>
[Trait("Needs", "EndToEnd")]
public sealed class OtherEnginesTablesTests(TwoOrganisationsFixture organisations)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("delta-rs/cdf-table-with-cdc-and-dvs", "mirror", 3)]
    [InlineData("delta-rs/cdf-table-with-cdc-and-dvs", "merge", 3, "id", "comment")]
    [InlineData("delta-rs/table_with_deletion_logs", "mirror", 9)]
    [InlineData("delta-rs/table_with_partitioning_mapping", "mirror", 1)]
    [InlineData("golden/dv-with-columnmapping", "mirror", 4)]
    [InlineData("golden/table-with-columnmapping-mode-id-2", "mirror", 0)]
    public async Task A_table_goes_over_at_first_and_commit_by_commit(string table, string mode, long first, params string[] keys)
    {
        var name = $"{table.Split('/')[1].Replace('_', '-')}-{mode}";
        var (owner, partner) = (organisations.Skylane, organisations.Harbor);
        var (source, copy) = (Path.Combine(owner.Tables, name), Path.Combine(partner.Tables, name + "-copy"));
        var replayed = ReplayedTable.Open(table, source);
        replayed.Commit(first);
        var link = await owner.Api.InviteAsync(name, Stop);
        await owner.Api.ShareAsync(name, "shop.replayed", source, name, Stop);
        await partner.Api.AddProviderAsync(name, link, Stop);
        await partner.Api.PostAsync(
            "/api/tideway/v1/syncs",
            new
            {
                name,
                provider = name,
                share = name,
                schema = "shop",
                table = "replayed",
                mode,
                keys,
                target = copy,
                interval_seconds = 3600,
            },
            Stop
        );

        for (var version = first; version <= replayed.Latest; version++)
        {
            replayed.Commit(version);
            await partner.Api.PostAsync($"/api/tideway/v1/syncs/{name}/run", new { }, Stop);
            await partner.Api.WaitForSyncAsync(name, version, Stop);
            (await LocalTables.DifferencesAsync(source, copy)).ShouldBe(0, $"version {version}");
        }
    }
}
