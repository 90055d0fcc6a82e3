using Tideway.EndToEnd.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.EndToEnd.Tests.Exchange;

[Trait("Needs", "EndToEnd")]
public class ExchangeTests(TwoOrganisationsFixture organisations)
{
    private static readonly string[] Modes = ["mirror", "merge"];

    public static TheoryData<string> AllModes => [.. Modes];

    public static MatrixTheoryData<string, string> KindsAndModes => new(["vectors", "mapped", "mappedvectors"], Modes);

    [Theory]
    [MemberData(nameof(AllModes))]
    public async Task A_table_goes_one_way_and_what_is_made_of_it_comes_back(string mode)
    {
        var there = await SharedOrders.SetUpAsync(organisations.Skylane, organisations.Harbor, $"there{mode}", mode);
        await there.ShouldArriveAsync();
        await LocalTables.MergeOrdersAsync(there.Table, 4_000, 2_000, 3);
        await LocalTables.AppendOrdersAsync(there.Table, 10_000, 500);
        await there.ShouldArriveAsync();

        var back = await SharedOrders.SetUpAsync(organisations.Harbor, organisations.Skylane, $"back{mode}", mode);
        await back.ShouldArriveAsync();
        await LocalTables.MergeOrdersAsync(back.Table, 100, 800, 5);
        await back.ShouldArriveAsync();
    }

    [Theory]
    [MemberData(nameof(KindsAndModes))]
    public async Task A_table_that_needs_more_of_its_readers_goes_the_same_way(string kind, string mode)
    {
        List<(string, string)> properties = [];
        if (kind.StartsWith("mapped", StringComparison.Ordinal))
            properties.Add(("delta.columnMapping.mode", "name"));
        if (kind.EndsWith("vectors", StringComparison.Ordinal))
            properties.Add(("delta.enableDeletionVectors", "true"));
        var orders = await SharedOrders.SetUpAsync(organisations.Skylane, organisations.Harbor, kind + mode, mode, properties: [.. properties]);
        await orders.ShouldArriveAsync();

        await LocalTables.DeleteOrdersAsync(orders.Table, "order_id % 10 = 3");
        await LocalTables.DeleteOrdersAsync(orders.Table, "order_id % 10 = 4");
        await LocalTables.MergeOrdersAsync(orders.Table, 4_000, 2_000, 3);
        await LocalTables.AppendOrdersAsync(orders.Table, 10_000, 500);
        await orders.ShouldArriveAsync();

        (await orders.LastRunAsync())["whole_table"]!.GetValue<bool>().ShouldBeFalse("the changes can be followed");
    }

    [Fact]
    public async Task A_partner_with_a_client_secret_receives_as_one_with_a_token_does()
    {
        var orders = await SharedOrders.SetUpAsync(
            organisations.Skylane,
            organisations.Harbor,
            "oauthpartner",
            "merge",
            authentication: "OAUTH_CLIENT_CREDENTIALS"
        );
        await orders.ShouldArriveAsync();
        await LocalTables.MergeOrdersAsync(orders.Table, 1_000, 2_000, 3);
        await orders.ShouldArriveAsync();
    }

    [Fact]
    public async Task Both_sides_keep_a_record_of_the_exchange_under_the_same_request_ids()
    {
        var stop = TestContext.Current.CancellationToken;
        var orders = await SharedOrders.SetUpAsync(organisations.Skylane, organisations.Harbor, "recorded", "mirror");
        await orders.ShouldArriveAsync();

        var run = (await organisations.Harbor.Api.GetAsync("/api/tideway/v1/syncs/recorded", stop))["last_run"]!;
        var ids = run["request_ids"]!.AsArray().Select(id => id!.GetValue<string>()).ToList();
        ids.ShouldNotBeEmpty();
        foreach (var id in ids)
        {
            await Eventually.Async(
                async () => (await organisations.Skylane.Api.GetAsync($"/api/tideway/v1/audit?request_id={id}", stop))["records"]!.AsArray().Count > 0,
                TimeSpan.FromSeconds(60),
                $"no record of request {id}"
            );
        }

        await Eventually.Async(
            async () =>
                (await organisations.Harbor.Api.GetAsync("/api/tideway/v1/audit?action=syncCompleted&provider=recorded", stop))["records"]!.AsArray().Count > 0,
            TimeSpan.FromSeconds(60),
            "no record of the sync"
        );
    }

    [Fact]
    public async Task A_revoked_partner_reads_nothing_more()
    {
        var stop = TestContext.Current.CancellationToken;
        var orders = await SharedOrders.SetUpAsync(organisations.Skylane, organisations.Harbor, "revoked", "mirror");
        await orders.ShouldArriveAsync();
        await organisations.Skylane.Api.PatchAsync(
            "/api/2.1/unity-catalog/shares/revoked/permissions",
            new { changes = new[] { new { principal = "revoked", remove = new[] { "SELECT" } } } },
            stop
        );
        var before = await LocalTables.ContentAsync(orders.CopyFolder);

        await LocalTables.AppendOrdersAsync(orders.Table, 50_000, 10);
        await organisations.Harbor.Api.PostAsync("/api/tideway/v1/syncs/revoked/run", new { }, stop);

        await Eventually.Async(
            async () => (await organisations.Harbor.Api.GetAsync("/api/tideway/v1/syncs/revoked", stop))["status"]!.GetValue<string>() == "failing",
            TimeSpan.FromSeconds(60),
            "the sync still runs"
        );
        (await LocalTables.ContentAsync(orders.CopyFolder)).ShouldBe(before);
    }

    [Fact]
    public async Task No_secret_is_in_any_log()
    {
        var orders = await SharedOrders.SetUpAsync(organisations.Skylane, organisations.Harbor, "quiet", "mirror");
        await orders.ShouldArriveAsync();

        foreach (var organisation in organisations.Both)
        {
            foreach (var service in OrganisationHost.Services)
            {
                var log = organisation[service].Log;
                log.ShouldNotContain(organisation.AdminToken);
                log.ShouldNotContain("whsec_");
                log.ShouldNotContain("&sig=");
            }
        }
    }
}
