using System.Text.Json.Nodes;
using Tideway.DeltaLog;
using Tideway.EndToEnd.Tests.Hosts;

namespace Tideway.EndToEnd.Tests.Exchange;

/// <summary>A table of one organisation that the other one keeps a copy of.</summary>
internal sealed class SharedOrders
{
    private readonly OrganisationHost owner;
    private readonly OrganisationHost partner;
    private readonly string name;

    private SharedOrders(OrganisationHost owner, OrganisationHost partner, string name, DeltaTable table)
    {
        this.owner = owner;
        this.partner = partner;
        this.name = name;
        Table = table;
    }

    public DeltaTable Table { get; }

    public string SourceFolder => Path.Combine(owner.Tables, name);

    public string CopyFolder => Path.Combine(partner.Tables, name + "-copy");

    public string Sync => name;

    /// <summary>Makes the table, shares it, and starts the partner's sync of it. Names are <paramref name="name"/> throughout.</summary>
    public static async Task<SharedOrders> SetUpAsync(
        OrganisationHost owner,
        OrganisationHost partner,
        string name,
        string mode,
        int intervalSeconds = 3600,
        string authentication = "TOKEN",
        params (string Name, string Value)[] properties
    )
    {
        var stop = TestContext.Current.CancellationToken;
        var table = await LocalTables.CreateOrdersAsync(Path.Combine(owner.Tables, name), properties);
        await LocalTables.AppendOrdersAsync(table, 0, 5_000);
        var link = await owner.Api.InviteAsync(name, stop, authentication);
        await owner.Api.ShareAsync(name, $"shop.{name}", Path.Combine(owner.Tables, name), name, stop);
        await partner.Api.AddProviderAsync(name, link, stop);
        var orders = new SharedOrders(owner, partner, name, table);
        await partner.Api.PostAsync(
            "/api/tideway/v1/syncs",
            new
            {
                name,
                provider = name,
                share = name,
                schema = "shop",
                table = name,
                mode,
                keys = mode == "merge" ? new[] { "order_id" } : [],
                target = orders.CopyFolder,
                interval_seconds = intervalSeconds,
            },
            stop
        );
        return orders;
    }

    /// <summary>How the last run of the sync ended.</summary>
    public async Task<JsonNode> LastRunAsync() =>
        (await partner.Api.GetAsync($"/api/tideway/v1/syncs/{Sync}", TestContext.Current.CancellationToken))["last_run"]!;

    /// <summary>Waits until the copy has been taken up to the newest version, and compares the contents.</summary>
    public async Task ShouldArriveAsync()
    {
        var version = await Table.LatestVersionAsync();
        try
        {
            await partner.Api.WaitForSyncAsync(Sync, version, TestContext.Current.CancellationToken);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{exception.Message}\n{owner.LogTails}\n{partner.LogTails}", exception);
        }

        (await LocalTables.ContentAsync(CopyFolder)).ShouldBe(await LocalTables.ContentAsync(SourceFolder));
    }
}
