using Tideway.EndToEnd.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.EndToEnd.Tests.Exchange;

[Trait("Needs", "EndToEnd")]
public class FailureTests(TwoOrganisationsFixture organisations)
{
    public static TheoryData<string> Services => [.. OrganisationHost.Services];

    [Theory]
    [MemberData(nameof(Services))]
    public async Task A_service_that_is_killed_in_the_middle_goes_on_after_its_start(string service)
    {
        var name = "kill" + service.ToLowerInvariant();
        var orders = await SharedOrders.SetUpAsync(organisations.Skylane, organisations.Harbor, name, "merge", intervalSeconds: 5);
        await orders.ShouldArriveAsync();

        foreach (var organisation in organisations.Both)
        {
            var commits = CommitAsync(orders, 5);
            await organisation[service].KillAsync();
            await commits;
            organisation[service].Start();
            await organisation[service].WaitUntilAsync("/health/ready");
        }

        await orders.ShouldArriveAsync();
        await ShouldBeRecordedOnceAsync(orders, name);
    }

    [Theory]
    [InlineData("mirror")]
    [InlineData("merge")]
    public async Task A_receiver_that_is_killed_while_deleted_rows_come_goes_on_after_its_start(string mode)
    {
        var orders = await SharedOrders.SetUpAsync(
            organisations.Skylane,
            organisations.Harbor,
            "killvectors" + mode,
            mode,
            intervalSeconds: 5,
            properties: [("delta.enableDeletionVectors", "true"), ("delta.columnMapping.mode", "name")]
        );
        await orders.ShouldArriveAsync();

        for (var round = 0; round < 4; round++)
        {
            await LocalTables.DeleteOrdersAsync(orders.Table, $"order_id % 10 = {round}");
            var commits = CommitAsync(orders, 2);
            await organisations.Harbor["InboundSync"].KillAsync();
            await commits;
            organisations.Harbor["InboundSync"].Start();
            await organisations.Harbor["InboundSync"].WaitUntilAsync("/health/ready");
        }

        await orders.ShouldArriveAsync();
    }

    [Fact]
    public async Task A_broker_that_is_gone_for_a_while_loses_nothing()
    {
        var orders = await SharedOrders.SetUpAsync(organisations.Skylane, organisations.Harbor, "outage", "merge", intervalSeconds: 5);
        await orders.ShouldArriveAsync();

        await organisations.Broker.StopAsync();
        await CommitAsync(orders, 3);
        await organisations.Skylane.Api.PostAsync("/api/2.1/unity-catalog/shares", new { name = "madewithoutbroker" }, TestContext.Current.CancellationToken);
        await orders.ShouldArriveAsync();
        await organisations.Broker.StartAgainAsync();
        await Task.WhenAll(organisations.Both.Select(organisation => organisation.WaitUntilReadyAsync()));

        await CommitAsync(orders, 3);
        await orders.ShouldArriveAsync();
        await ShouldBeRecordedOnceAsync(orders, "outage");
        await Eventually.Async(
            async () =>
                (
                    await organisations.Skylane.Api.GetAsync(
                        "/api/tideway/v1/audit?action=createShare&share=madewithoutbroker",
                        TestContext.Current.CancellationToken
                    )
                )["records"]!
                    .AsArray()
                    .Count == 1,
            TimeSpan.FromSeconds(90),
            "the share made without the broker is not in the record"
        );
    }

    private static async Task CommitAsync(SharedOrders orders, int commits)
    {
        for (var commit = 0; commit < commits; commit++)
            await LocalTables.MergeOrdersAsync(orders.Table, commit * 500, 900, commit + 2);
    }

    /// <summary>Every version of the table is in the owner's record, exactly once.</summary>
    private async Task ShouldBeRecordedOnceAsync(SharedOrders orders, string name)
    {
        var latest = await orders.Table.LatestVersionAsync();
        var versions = new List<long>();
        await Eventually.Async(
            async () =>
            {
                var answer = await organisations.Skylane.Api.GetAsync(
                    "/api/tideway/v1/audit?action=tableVersionCommitted&max_results=1000",
                    TestContext.Current.CancellationToken
                );
                versions =
                [
                    .. answer["records"]!
                        .AsArray()
                        .Where(entry => entry!.ToJsonString().Contains($"/{name}\"", StringComparison.Ordinal))
                        .Select(entry => entry!["response"]!["result"]!["table_version"]!.GetValue<long>()),
                ];
                return versions.Count > 0 && versions.Max() == latest;
            },
            TimeSpan.FromSeconds(90),
            $"version {latest} of {name} is not in the record"
        );
        versions.ShouldBeUnique();
    }
}
