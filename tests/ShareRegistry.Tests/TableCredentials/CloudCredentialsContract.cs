using System.Net;
using System.Text;
using System.Text.Json;
using Tideway.Contracts.ShareRegistry;
using Tideway.ObjectStorage;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;
using Tideway.Testing.Stores;

namespace Tideway.ShareRegistry.Tests.TableCredentials;

/// <summary>The calls for temporary credentials from end to end: what a recipient gets opens one folder of the store and nothing else.</summary>
public abstract class CloudCredentialsContract : IAsyncLifetime
{
    private const string Orders = "/delta-sharing/shares/sales/schemas/shop/tables/orders";
    private protected const string Manuals = "/delta-sharing/shares/sales/schemas/docs/volumes/manuals";

    private protected CloudStore Store { get; private set; } = null!;

    private protected RegistryProcess Process { get; private set; } = null!;

    private protected RecipientClient Acme { get; private set; } = null!;

    private protected abstract Task<CloudStore> StartStoreAsync();

    public async ValueTask InitializeAsync()
    {
        Store = await StartStoreAsync();
        Process = await RegistryProcess.StartAsync(Store.Settings);
        var table = LakeTable.Create(Path.Combine(Process.Lake, "orders"));
        await CloudTables.UploadAsync(Process, table, Store.Root + "/tables/it's/orders");
        await CloudTables.UploadAsync(Process, table, Store.Root + "/tables/it's/orders-secret");
        await PutAsync("manuals/readme.txt", "hello");
        await PutAsync("manuals/2026/a b.pdf", "0123456789");
        await PutAsync("manuals-secret/plan.txt", "not for anybody");
        Acme = await Process.AddRecipientAsync("acme");
        await Process.CreateShareAsync("sales");
        await Process.GrantAsync("sales", Acme);
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        await Store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    [ProtocolRule("Generate Temporary Table Credential", "Temporary credentials open the table's folder and nothing else")]
    public async Task Credentials_for_a_table_open_its_folder_and_nothing_beside_it()
    {
        (await ShareOrdersAsync()).ShouldBe(HttpStatusCode.OK);

        var answer = (await Acme.Http.PostAnswerAsync(Orders + "/temporary-table-credentials", "{}")).ShouldBe(HttpStatusCode.OK);

        var credentials = answer.Json.GetProperty("credentials");
        credentials.EnumerateObject().Select(member => member.Name).ShouldBe(["location", Store.Member.Kind, "expirationTime"], ignoreOrder: true);
        var item = (await Acme.Http.GetAnswerAsync("/delta-sharing/shares/sales/all-tables")).Json.GetProperty("items")[0];
        item.GetProperty("accessModes").ToString().ShouldBe("""["url","dir"]""");
        credentials.GetProperty("location").GetString().ShouldBe(item.GetProperty("location").GetString());
        RequireLifetime(credentials);
        await OpensAsync(credentials, "tables/it's/orders", "part-0.parquet", "_delta_log/00000000000000000000.json");
        foreach (var elsewhere in (string[])["tables/it's/orders-secret", "tables/it's", "tables", "manuals"])
            await OpensNothingAsync(credentials, elsewhere, "part-0.parquet");
        (await Store.ReadAsync(credentials, "tables/it's/orders-secret/part-0.parquet")).Status.ShouldBe(403);
        (await Store.ListAsync(credentials, "tables/it's/orders")).Status.ShouldBe(403);
        (await Store.WriteAsync(credentials, "tables/it's/orders/part-0.parquet")).Status.ShouldBe(403);
    }

    [Fact]
    [ProtocolRule("Generate Temporary Table Credential", "A location that is the table's or below it is taken")]
    public async Task Credentials_for_a_folder_below_a_table_open_only_that()
    {
        await ShareOrdersAsync();
        var asked = new { location = Store.Root + "/tables/it's/orders/_delta_log" };

        var answer = (await Acme.Http.PostAnswerAsync(Orders + "/temporary-table-credentials", asked)).ShouldBe(HttpStatusCode.OK);

        var credentials = answer.Json.GetProperty("credentials");
        await OpensAsync(credentials, "tables/it's/orders/_delta_log", "00000000000000000000.json");
        await OpensNothingAsync(credentials, "tables/it's/orders", "part-0.parquet");
    }

    [Fact]
    [ProtocolRule("Volumes", "temporary-volume-credentials gives credentials that open the volume's folder and nothing else, not in a wrapper")]
    public async Task Credentials_for_a_volume_open_its_folder_and_nothing_beside_it()
    {
        (await AddManualsAsync()).ShouldBe(HttpStatusCode.OK);

        var answer = (await Acme.Http.PostAnswerAsync(Manuals + "/temporary-volume-credentials", "{}")).ShouldBe(HttpStatusCode.OK);

        answer.Json.GetProperty("location").GetString().ShouldBe(Store.Root + "/manuals/");
        (await Acme.Http.GetAnswerAsync(Manuals)).Json.GetProperty("storageLocation").GetString().ShouldBe(Store.Root + "/manuals/");
        RequireLifetime(answer.Json);
        await OpensAsync(answer.Json, "manuals", "readme.txt", "2026/a b.pdf");
        await OpensNothingAsync(answer.Json, "manuals-secret", "plan.txt");
        await OpensNothingAsync(answer.Json, "tables/it's/orders", "part-0.parquet");
        (await Store.WriteAsync(answer.Json, "manuals/new.txt")).Status.ShouldBe(403);
    }

    [Fact]
    public async Task What_was_given_out_is_on_record_without_its_secret()
    {
        await ShareOrdersAsync();
        await AddManualsAsync();

        var ofTable = (await Acme.Http.PostAnswerAsync(Orders + "/temporary-table-credentials", "{}")).Json.GetProperty("credentials");
        var ofVolume = (await Acme.Http.PostAnswerAsync(Manuals + "/temporary-volume-credentials", "{}")).Json;

        var table = await Process.Events.WaitForAsync<ShareAccessed>(e => e.Action == "generateTemporaryTableCredential");
        var volume = await Process.Events.WaitForAsync<ShareAccessed>(e => e.Action == "generateTemporaryVolumeCredential");
        (table.Status, table.Table, volume.Status, volume.Volume).ShouldBe((200, "orders", 200, "manuals"));
        table.Parameters!["credentialsExpirationTime"].ShouldBe(ofTable.GetProperty("expirationTime").GetInt64().ToString());
        foreach (var secret in (string[])[Store.SecretOf(ofTable), Store.SecretOf(ofVolume)])
        {
            table.Parameters.Values.Concat(volume.Parameters!.Values).ShouldAllBe(value => !value.Contains(secret, StringComparison.Ordinal));
            Process.Log.Lines.ShouldAllBe(line => !line.Contains(secret, StringComparison.Ordinal));
        }
    }

    private protected Task<Answer> ShareOrdersAsync() =>
        Process.UpdateTablesAsync(
            "sales",
            "ADD",
            new
            {
                name = "shop.orders",
                storage_location = Store.Root + "/tables/it's/orders",
                cdf_enabled = true,
                start_version = 0,
                directory_access_enabled = true,
            }
        );

    private protected Task<Answer> AddManualsAsync() =>
        Process.UpdateTablesAsync(
            "sales",
            "ADD",
            new
            {
                name = "docs.manuals",
                data_object_type = "VOLUME",
                storage_location = Store.Root + "/manuals",
            }
        );

    private protected async Task PutAsync(string key, string content)
    {
        var roots = Process.Get<StorageRoots>();
        await roots.Open(roots.Locate("cloud", "")).PutAsync(key, new MemoryStream(Encoding.UTF8.GetBytes(content)));
    }

    private void RequireLifetime(JsonElement credentials)
    {
        var endsAt = DateTimeOffset.FromUnixTimeMilliseconds(credentials.GetProperty("expirationTime").GetInt64());
        (endsAt - Process.Time.GetUtcNow()).ShouldBeInRange(TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(61));
    }

    private async Task OpensAsync(JsonElement credentials, string folder, params string[] keys)
    {
        var listed = await Store.ListAsync(credentials, folder + "/");
        listed.Status.ShouldBe(200, listed.Body);
        foreach (var key in keys)
        {
            var read = await Store.ReadAsync(credentials, $"{folder}/{key}");
            (read.Status, read.Body.Length > 0).ShouldBe((200, true), key);
            Uri.UnescapeDataString(listed.Body).ShouldContain($"{folder}/{key}");
        }
    }

    private async Task OpensNothingAsync(JsonElement credentials, string folder, string key)
    {
        (await Store.ReadAsync(credentials, $"{folder}/{key}")).Status.ShouldBe(403, $"{folder}/{key}");
        (await Store.ListAsync(credentials, folder + "/")).Status.ShouldBe(403, folder);
    }
}

public sealed class GcsCredentialsTests : CloudCredentialsContract
{
    private protected override async Task<CloudStore> StartStoreAsync() => new GcsStore(await FakeGcs.StartAsync());
}

public sealed class AzureCredentialsTests : CloudCredentialsContract
{
    private FakeAzure azure = null!;

    private protected override async Task<CloudStore> StartStoreAsync() => new AzureStore(azure = await FakeAzure.StartAsync());

    [Fact]
    public async Task An_account_without_folders_offers_no_credentials_and_the_operator_hears_of_it_at_once()
    {
        azure.IsHierarchical = false;

        var table = await ShareOrdersAsync();
        await AddManualsAsync();
        var volume = await Acme.Http.PostAnswerAsync(Manuals + "/temporary-volume-credentials", "{}");

        table.ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("no hierarchical namespace");
        volume.ShouldBe(HttpStatusCode.BadRequest).ProtocolCode.ShouldBe("UNSUPPORTED_OPERATION");
    }

    [Fact]
    public async Task A_walk_through_a_volume_costs_the_store_as_many_lists_as_it_has_pages()
    {
        await AddManualsAsync();
        foreach (var i in Enumerable.Range(0, 11))
            await PutAsync($"manuals/many/{i:00}", "x");
        var found = new List<string>();
        var token = "";
        do
        {
            var page = (await Acme.Http.GetAnswerAsync($"{Manuals}/files?path=many&maxResults=3{token}")).ShouldBe(HttpStatusCode.OK).Json;
            found.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("path").GetString()!));
            token = page.TryGetProperty("nextPageToken", out var next) ? "&pageToken=" + next.GetString() : "";
        } while (token.Length > 0);

        found.ShouldBe(Enumerable.Range(0, 11).Select(i => $"many/{i:00}"));
        var lists = azure.Lists.Where(query => query.Contains("many", StringComparison.Ordinal)).ToList();
        lists.Count.ShouldBe(4);
        lists.Skip(1).ShouldAllBe(query => query.Contains("marker=", StringComparison.Ordinal));
    }
}
