using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tideway.CdfPublisher.Tests.Support;
using Tideway.Hosting.Database;
using Tideway.ObjectStorage;
using Tideway.Testing;
using Tideway.Testing.Servers;

namespace Tideway.CdfPublisher.Tests.Changes;

public sealed class ObjectStoreChangesTests
{
    [Fact]
    [ProtocolRule("Addresses of files", "Files in an object store have addresses of that store, which say truly when they end")]
    public async Task Changes_of_a_table_in_an_object_store_have_addresses_of_that_store_as_long_as_their_files_are_there()
    {
        var server = await AzureServer.StartAsync();
        var container = await server.CreateContainerAsync();
        var lake = $"abfss://{container}@{AzureServer.Account}.dfs.core.windows.net/lake";
        using var storage = new TempFolder();
        using var database = await TestDatabase.CreateAsync(DatabaseEngine.Sqlite);
        var (share, tokens) = (new ShareEvents(), new KnownTokens());
        tokens.AddRecipient(share.Token, share.RecipientId, share.RecipientName);
        await using var host = await PublisherHost.StartAsync(
            database,
            storage.Path,
            tokens,
            settings:
            [
                $"--Storage:Roots:cloud={lake}",
                $"--Storage:Access:cloud:Endpoint={server.Endpoint}",
                $"--Storage:Access:cloud:AccountKey={server.AccountKey}",
            ]
        );
        var orders = new DeltaFolder(storage.Path, "orders").Create().Append(1);
        await File.WriteAllTextAsync(Path.Combine(orders.Path, "part-1.parquet"), "rows of version 1");
        var roots = host.Services.GetRequiredService<StorageRoots>();
        var store = roots.Open(roots.Resolve(lake + "/orders"));
        foreach (var path in Directory.EnumerateFiles(orders.Path, "*", SearchOption.AllDirectories))
        {
            await using var file = File.OpenRead(path);
            await store.PutAsync(Path.GetRelativePath(orders.Path, path), file);
        }

        await share.CreateAsync(host, 1, ShareEvents.TableAt(lake + "/orders"));
        await share.GrantAsync(host, 2);

        var answer = await host.ClientOf(share.Token).GetStringAsync("/delta-sharing/shares/sales/schemas/public/tables/orders/changes?startingVersion=1");

        var add = JsonDocument.Parse(answer.Split('\n')[2]).RootElement.GetProperty("add");
        var url = add.GetProperty("url").GetString()!;
        url.ShouldStartWith($"{server.Endpoint}/{container}/lake/orders/part-1.parquet?sp=r&");
        using var client = new HttpClient();
        (await client.GetStringAsync(url)).ShouldBe("rows of version 1");
        var end = System.Web.HttpUtility.ParseQueryString(new Uri(url).Query)["se"]!;
        add.GetProperty("expirationTimestamp").GetInt64().ShouldBe(DateTimeOffset.Parse(end).ToUnixTimeMilliseconds());

        await store.DeleteAsync("part-1.parquet");
        using var refused = await host.ClientOf(share.Token).GetAsync("/delta-sharing/shares/sales/schemas/public/tables/orders/changes?startingVersion=1");
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("changes can be read from version 2 on.");
    }
}
