using System.Net;
using Tideway.DeltaSharing.Server.PlainCopies;
using Tideway.ObjectStorage;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;
using Tideway.Testing.Servers;
using Tideway.Testing.Stores;

namespace Tideway.ShareRegistry.Tests.Contract;

/// <summary>Copies of tables in object stores, kept in a folder or in a store themselves.</summary>
public sealed class PlainCopyStoreTests : IAsyncLifetime
{
    private const string Real = "/delta-sharing/shares/sales/schemas/shop/tables/real";

    private readonly string folder = Directory.CreateTempSubdirectory("tideway-plain-copies-").FullName;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [ProtocolRule(
        "Delta Sharing Capabilities Header",
        "A client that takes only parquet never gets wrong rows of a table in an object store",
        Served = "copies in the configured folder or object store, with addresses of their own"
    )]
    [InlineData("golden/dv-with-columnmapping", true)]
    [InlineData("golden/dv-partitioned-with-checkpoint", true)]
    [InlineData("golden/dv-with-columnmapping", false)]
    public async Task Rows_of_a_table_in_s3_are_read_back_from_copies(string name, bool inStore)
    {
        var (server, bucket) = await StartAsync();
        await using var process = await RegistryProcess.StartAsync(Settings(server, bucket, inStore));
        var acme = await ShareAsync(process, name, $"s3://{bucket}/lake/real");
        using var read = new ReadBack(process);

        var answer = (await acme.Http.PostAnswerAsync(Real + "/query", "{}")).ShouldBe(HttpStatusCode.OK);
        var changed = (await acme.Http.PostAnswerAsync(Real + "/query", new { startingVersion = 0 })).ShouldBe(HttpStatusCode.OK);

        ReadBack.ShouldBeRowsOf(await read.OfParquetAsync(answer), name);
        var copies = answer.Files().Select(file => file.GetProperty("url").GetString()!).Where(url => url.Contains("/plain-copies/")).ToList();
        copies.ShouldNotBeEmpty();
        copies.ShouldAllBe(url => url.StartsWith(server.Endpoint.ToString(), StringComparison.Ordinal) == inStore);
        var came = await read.OfParquetAsync(changed.Lines.Where(line => line.Kind == "add").Select(line => line.Body));
        var went = await read.OfParquetAsync(changed.Lines.Where(line => line.Kind == "remove").Select(line => line.Body));
        ReadBack.ShouldBeRowsOf($"(SELECT * FROM ({came})) EXCEPT ALL SELECT * FROM ({went})", name);
        // A second answer names the same copies.
        var again = (await acme.Http.PostAnswerAsync(Real + "/query", "{}")).ShouldBe(HttpStatusCode.OK);
        again.Files().Select(file => file.GetProperty("id").GetString()).ShouldBe(answer.Files().Select(file => file.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task A_table_on_local_disk_has_its_copies_in_the_store_where_that_is_the_place()
    {
        var (server, bucket) = await StartAsync();
        await using var process = await RegistryProcess.StartAsync(Settings(server, bucket, inStore: true));
        var acme = await ShareAsync(process, "dat/deletion_vectors", null);
        using var read = new ReadBack(process);

        var answer = (await acme.Http.PostAnswerAsync(Real + "/query", "{}")).ShouldBe(HttpStatusCode.OK);

        ReadBack.ShouldBeRowsOf(await read.OfParquetAsync(answer), "dat/deletion_vectors");
        (await KeysAsync(process, bucket)).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Rows_of_a_table_in_azure_are_read_back_from_copies_there()
    {
        var server = await AzureServer.StartAsync();
        var container = $"abfss://{await server.CreateContainerAsync()}@{AzureServer.Account}.dfs.core.windows.net";
        string[] settings =
        [
            $"--Storage:Roots:cloud={container}/lake",
            $"--PlainCopies:Folder={container}/plain-copies",
            .. new[] { "cloud", "plain-copies" }.SelectMany(root =>
                (string[])[$"--Storage:Access:{root}:Endpoint={server.Endpoint}", $"--Storage:Access:{root}:AccountKey={server.AccountKey}"]
            ),
        ];
        await using var process = await RegistryProcess.StartAsync(settings);
        var acme = await ShareAsync(process, "golden/dv-with-columnmapping", container + "/lake/real");
        using var read = new ReadBack(process);

        var answer = (await acme.Http.PostAnswerAsync(Real + "/query", "{}")).ShouldBe(HttpStatusCode.OK);

        ReadBack.ShouldBeRowsOf(await read.OfParquetAsync(answer), "golden/dv-with-columnmapping");
        answer.Files().ShouldAllBe(file => file.GetProperty("url").GetString()!.StartsWith(server.Endpoint.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Copies_in_a_store_are_renewed_while_they_are_handed_out_and_go_when_nobody_asks()
    {
        var (server, bucket) = await StartAsync();
        await using var process = await RegistryProcess.StartAsync([
            .. Settings(server, bucket, inStore: true),
            "--PlainCopies:MaxIdle=00:20:00",
            "--Files:UrlLifetime=00:05:00",
        ]);
        var acme = await ShareAsync(process, "dat/deletion_vectors", $"s3://{bucket}/lake/real");
        var first = (await acme.Http.PostAnswerAsync(Real + "/query", "{}")).ShouldBe(HttpStatusCode.OK);
        var store = StoreOf(process, bucket);
        var before = await store.ListAsync("").ToListAsync();

        process.Time.Advance(TimeSpan.FromMinutes(15));
        var second = (await acme.Http.PostAnswerAsync(Real + "/query", "{}")).ShouldBe(HttpStatusCode.OK);

        Names(second).ShouldBe(Names(first));
        var after = await store.ListAsync("").ToListAsync();
        after.Select(copy => (copy.Key, copy.Size)).ShouldBe(before.Select(copy => (copy.Key, copy.Size)));
        after[0].LastModified.ShouldBeGreaterThanOrEqualTo(before[0].LastModified);
        var place = process.Get<PlainCopyPlace>().Current;
        process.Time.Advance(TimeSpan.FromMinutes(15));
        await place.CleanAsync(TestContext.Current.CancellationToken);
        (await store.ListAsync("").ToListAsync()).ShouldBeEmpty();
        (await acme.Http.PostAnswerAsync(Real + "/query", "{}")).ShouldBe(HttpStatusCode.OK);
        (await store.ListAsync("").ToListAsync()).Count.ShouldBe(before.Count);
    }

    [Fact]
    public async Task What_somebody_else_keeps_in_the_place_of_copies_is_left_there()
    {
        var (server, bucket) = await StartAsync();
        await using var process = await RegistryProcess.StartAsync(Settings(server, bucket, inStore: true));
        var store = StoreOf(process, bucket);
        string[] others = ["orders/_delta_log/00000000000000000000.json", "orders/part-0.parquet", "ab/part-0.parquet"];
        foreach (var key in others)
            await store.PutAsync(key, new MemoryStream([1, 2, 3]), TestContext.Current.CancellationToken);

        process.Time.Advance(TimeSpan.FromDays(30));
        await process.Get<PlainCopyPlace>().Current.CleanAsync(TestContext.Current.CancellationToken);

        (await KeysAsync(process, bucket)).ShouldBe(others, ignoreOrder: true);
    }

    [Fact]
    public async Task Rows_of_a_table_in_google_cloud_storage_are_read_back_from_copies_there_until_nobody_asks()
    {
        await using var gcs = await FakeGcs.StartAsync();
        await using var process = await RegistryProcess.StartAsync([.. Settings(gcs), "--PlainCopies:MaxIdle=00:20:00", "--Files:UrlLifetime=00:05:00"]);
        var acme = await ShareAsync(process, "golden/dv-with-columnmapping", "gs://acme-data/lake/real");
        using var read = new ReadBack(process);

        var answer = (await acme.Http.PostAnswerAsync(Real + "/query", "{}")).ShouldBe(HttpStatusCode.OK);

        ReadBack.ShouldBeRowsOf(await read.OfParquetAsync(answer), "golden/dv-with-columnmapping");
        answer.Files().ShouldAllBe(file => file.GetProperty("url").GetString()!.StartsWith($"{gcs.Endpoint}acme-data/plain-copies/", StringComparison.Ordinal));
        // Also what asks whether the table is the same still.
        (await acme.Http.PostAnswerAsync(Real + "/query", new { startingVersion = 0 }))
            .ShouldBe(HttpStatusCode.OK)
            .Lines.ShouldContain(line => line.Kind == "add");
        var store = StoreAt(process, "gs://acme-data/plain-copies");
        var before = await store.ListAsync("").ToListAsync();
        before.ShouldNotBeEmpty();
        process.Time.Advance(TimeSpan.FromMinutes(15));
        Names((await acme.Http.PostAnswerAsync(Real + "/query", "{}")).ShouldBe(HttpStatusCode.OK)).ShouldBe(Names(answer));
        (await store.ListAsync("").ToListAsync()).Select(copy => (copy.Key, copy.Size)).ShouldBe(before.Select(copy => (copy.Key, copy.Size)));
        process.Time.Advance(TimeSpan.FromMinutes(15));
        await process.Get<PlainCopyPlace>().Current.CleanAsync(TestContext.Current.CancellationToken);
        (await store.ListAsync("").ToListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Uploads_of_killed_writers_are_aborted_where_they_were_of_copies()
    {
        await using var gcs = await FakeGcs.StartAsync();
        await using var process = await RegistryProcess.StartAsync([.. Settings(gcs)]);
        var copy = $"plain-copies/ab/ab{new string('0', 62)}.parquet";
        using var client = new HttpClient { DefaultRequestHeaders = { Authorization = new("Bearer", "token-of-the-account") } };
        foreach (var key in (string[])[copy, "plain-copies/backup/orders.parquet"])
            (await client.PostAsync(new Uri(gcs.Endpoint, $"/acme-data/{key}?uploads"), null, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        var place = process.Get<PlainCopyPlace>().Current;

        await place.CleanAsync(TestContext.Current.CancellationToken);
        gcs.UnfinishedUploads.Count().ShouldBe(2);
        process.Time.Advance(TimeSpan.FromDays(2));
        await place.CleanAsync(TestContext.Current.CancellationToken);

        gcs.UnfinishedUploads.ShouldBe(["plain-copies/backup/orders.parquet"]);
    }

    private static IEnumerable<string> Settings(FakeGcs gcs) =>
        [
            "--Storage:Roots:cloud=gs://acme-data/lake",
            "--PlainCopies:Folder=gs://acme-data/plain-copies",
            .. new[] { "cloud", "plain-copies" }.SelectMany(root =>
                (string[])[$"--Storage:Access:{root}:Endpoint={gcs.Endpoint}", $"--Storage:Access:{root}:ServiceAccountFile={gcs.KeyFile}"]
            ),
        ];

    private static IEnumerable<string?> Names(Answer answer) =>
        answer.Files().Select(file => $"{file.GetProperty("id").GetString()} {file.GetProperty("size")}");

    private static async Task<(S3Server Server, string Bucket)> StartAsync()
    {
        var server = await S3Server.StartAsync();
        return (server, await server.CreateBucketAsync());
    }

    private static IObjectStore StoreOf(RegistryProcess process, string bucket) => StoreAt(process, $"s3://{bucket}/plain-copies");

    private static IObjectStore StoreAt(RegistryProcess process, string location)
    {
        var roots = process.Get<StorageRoots>();
        return roots.Open(roots.Resolve(location));
    }

    private static async Task<List<string>> KeysAsync(RegistryProcess process, string bucket) =>
        [.. (await StoreOf(process, bucket).ListAsync("").ToListAsync()).Select(copy => copy.Key)];

    private string[] Settings(S3Server server, string bucket, bool inStore) =>
        [
            $"--Storage:Roots:cloud=s3://{bucket}/lake",
            .. Access(server, "cloud"),
            .. inStore ? Access(server, "plain-copies") : [],
            "--PlainCopies:Folder=" + (inStore ? $"s3://{bucket}/plain-copies" : folder),
        ];

    private static IEnumerable<string> Access(S3Server server, string root)
    {
        yield return $"--Storage:Access:{root}:Endpoint={server.Endpoint}";
        yield return $"--Storage:Access:{root}:AccessKeyId={S3Server.AccessKeyId}";
        yield return $"--Storage:Access:{root}:SecretAccessKey={S3Server.SecretAccessKey}";
    }

    private static async Task<RecipientClient> ShareAsync(RegistryProcess process, string name, string? location)
    {
        var local = RealTables.Copy(name, process.Lake);
        if (location is not null)
            await CloudTables.UploadAsync(process, local, location);
        var acme = await process.AddRecipientAsync("acme");
        await process.CreateShareAsync("sales");
        await process.ShareTableAsync("sales", "shop.real", location ?? local);
        await process.GrantAsync("sales", acme);
        return acme;
    }
}
