using Tideway.Contracts.InboundSync;
using Tideway.InboundSync.Tests.Support;

namespace Tideway.InboundSync.Tests.Syncs;

public sealed class SyncDefinitionTests : SyncFixture
{
    [Fact]
    public async Task A_sync_is_created_read_listed_and_deleted()
    {
        var created = await Host.ExpectAsync(HttpMethod.Post, InboundHost.Syncs, Definition());
        created["status"]!.GetValue<string>().ShouldBeOneOf("due", "running");
        created["target"]!.GetValue<string>().ShouldBe(new Uri(Copy).AbsoluteUri);
        created["interval_seconds"]!.GetValue<int>().ShouldBe(300);
        await Host.WaitForRunAsync("orders", run => run["state"]!.GetValue<string>() == "succeeded");

        (await Host.GetAsync(InboundHost.Syncs + "/ORDERS"))["id"]!.GetValue<string>().ShouldBe(created["id"]!.GetValue<string>());
        (await Host.GetAsync(InboundHost.Syncs))["syncs"]!.AsArray().Single()!["last_run"]!["state"]!.GetValue<string>().ShouldBe("succeeded");

        (await Host.SendAsync(HttpMethod.Delete, InboundHost.Syncs + "/orders", null)).Status.ShouldBe(204);
        (await Host.SendAsync(HttpMethod.Get, InboundHost.Syncs + "/orders", null)).Status.ShouldBe(404);
        (await DeltaTables.Open(Copy).ExistsAsync(TestContext.Current.CancellationToken)).ShouldBeTrue();
        (await Host.CountAsync("sync_run")).ShouldBe(0);
        (await Host.Events.WaitForAsync<SyncCreated>()).Single().TargetLocation.ShouldBe(new Uri(Copy).AbsoluteUri);
        await Host.Events.WaitForAsync<SyncDeleted>();
    }

    [Theory]
    [InlineData("name", "a b", "name: ")]
    [InlineData("provider", "", "provider: ")]
    [InlineData("share", "a/b", "share: ")]
    [InlineData("schema", "a.b", "schema: ")]
    [InlineData("table", null, "table: ")]
    [InlineData("mode", "copy", "mode: expected one of mirror, merge, got 'copy'.")]
    [InlineData("mode", "merge", "keys: mode merge needs")]
    [InlineData("target", "", "target: ")]
    [InlineData("target", "/etc/orders", "target: ")]
    [InlineData("target", "s3://bucket/orders", "target: 's3://bucket/orders' lies in none of the storage roots")]
    [InlineData("target", "s3://cloud-bucket/tables/orders", "target: syncs write to roots on a local disk;")]
    [InlineData("interval_seconds", 1, "interval_seconds: expected 5 to 604800, got 1.")]
    [InlineData("interval_seconds", 604801, "interval_seconds: ")]
    public async Task A_definition_that_cannot_be_is_refused(string field, object? value, string expected)
    {
        var definition = Definition();
        definition[field] = value;

        var (status, json) = await Host.SendAsync(HttpMethod.Post, InboundHost.Syncs, definition);

        status.ShouldBe(400);
        json!["error_code"]!.GetValue<string>().ShouldBe("INVALID_PARAMETER_VALUE");
        json["message"]!.GetValue<string>().ShouldStartWith(expected);
    }

    [Fact]
    public async Task An_unknown_provider_is_404()
    {
        var definition = Definition();
        definition["provider"] = "stranger";

        var (status, json) = await Host.SendAsync(HttpMethod.Post, InboundHost.Syncs, definition);

        status.ShouldBe(404);
        json!["error_code"]!.GetValue<string>().ShouldBe("PROVIDER_DOES_NOT_EXIST");
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        await Host.ExpectAsync(HttpMethod.Post, InboundHost.Syncs, Definition());
        var second = Definition();
        second["name"] = "Orders";
        second["target"] = Host.Target("elsewhere");

        var (status, json) = await Host.SendAsync(HttpMethod.Post, InboundHost.Syncs, second);

        status.ShouldBe(409);
        json!["error_code"]!.GetValue<string>().ShouldBe("SYNC_ALREADY_EXISTS");
    }

    [Theory]
    [InlineData("orders")]
    [InlineData("orders/inside")]
    [InlineData("")]
    public async Task A_target_has_one_sync(string target)
    {
        await Host.ExpectAsync(HttpMethod.Post, InboundHost.Syncs, Definition());
        var second = Definition();
        second["name"] = "second";
        second["target"] = Host.Target(target);

        var (status, json) = await Host.SendAsync(HttpMethod.Post, InboundHost.Syncs, second);

        status.ShouldBe(409);
        json!["error_code"]!.GetValue<string>().ShouldBe("RESOURCE_ALREADY_EXISTS");
        json["message"]!.GetValue<string>().ShouldContain("'orders'");
    }

    [Fact]
    public async Task A_target_beside_another_is_fine()
    {
        await Host.ExpectAsync(HttpMethod.Post, InboundHost.Syncs, Definition());
        var second = Definition();
        second["name"] = "second";
        second["target"] = Host.Target("orders2");

        await Host.ExpectAsync(HttpMethod.Post, InboundHost.Syncs, second);
    }

    [Fact]
    public async Task A_local_table_that_the_sync_did_not_make_is_left_alone()
    {
        var foreign = await SharedTable.CreateAsync(Copy);
        await foreign.AppendOrdersAsync(500, 510);
        await Orders.AppendOrdersAsync(1, 10);

        var run = await Host.AddSyncAsync();

        run["state"]!.GetValue<string>().ShouldBe("failed");
        run["reason"]!.GetValue<string>().ShouldContain("did not make");
        (await DeltaTables.SnapshotAsync(Copy)).Version.ShouldBe(1);
        (await DeltaTables.RowsAsync(Copy)).Count.ShouldBe(11);
    }

    [Fact]
    public async Task Syncs_are_listed_page_by_page()
    {
        foreach (var name in new[] { "c", "A", "b" })
        {
            var definition = Definition();
            definition["name"] = name;
            definition["target"] = Host.Target(name);
            await Host.ExpectAsync(HttpMethod.Post, InboundHost.Syncs, definition);
        }

        var first = await Host.GetAsync(InboundHost.Syncs + "?max_results=2");
        var second = await Host.GetAsync($"{InboundHost.Syncs}?max_results=2&page_token={first["next_page_token"]}");

        first["syncs"]!.AsArray().Concat(second["syncs"]!.AsArray()).Select(sync => sync!["name"]!.GetValue<string>()).ShouldBe(["A", "b", "c"]);
        second["next_page_token"].ShouldBeNull();
    }

    [Fact]
    public async Task Unknown_syncs_and_runs_are_404()
    {
        await Host.ExpectAsync(HttpMethod.Post, InboundHost.Syncs, Definition());
        foreach (
            var (method, path) in new[]
            {
                (HttpMethod.Get, "/x"),
                (HttpMethod.Delete, "/x"),
                (HttpMethod.Post, "/x/run"),
                (HttpMethod.Get, "/x/runs"),
                (HttpMethod.Get, "/x/quarantine"),
                (HttpMethod.Get, $"/orders/runs/{Guid.CreateVersion7()}"),
            }
        )
            (await Host.SendAsync(method, InboundHost.Syncs + path, null)).Status.ShouldBe(404, path);
    }

    private Dictionary<string, object?> Definition() =>
        new(StringComparer.Ordinal)
        {
            ["name"] = "orders",
            ["provider"] = "partner",
            ["share"] = "sales",
            ["schema"] = "public",
            ["table"] = "orders",
            ["mode"] = "mirror",
            ["target"] = Copy,
        };
}
