using System.Net;
using System.Text;
using Tideway.Contracts.ShareRegistry;
using Tideway.ObjectStorage;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;
using Tideway.Testing.Servers;

namespace Tideway.ShareRegistry.Tests.Volumes;

/// <summary>Volumes of an S3 server that gives out temporary credentials and keeps their policies.</summary>
[Trait("Needs", "Servers")]
public sealed class CloudVolumeTests : IAsyncLifetime
{
    private const string Manuals = "/delta-sharing/shares/sales/schemas/docs/volumes/manuals";

    private S3Server server = null!;
    private string bucket = null!;
    private RegistryProcess process = null!;
    private RecipientClient acme = null!;

    private string Location => $"s3://{bucket}/lake/manuals";

    public async ValueTask InitializeAsync()
    {
        server = await S3Server.StartAsync();
        bucket = await server.CreateBucketAsync();
        process = await RegistryProcess.StartAsync(
            $"--Storage:Roots:cloud=s3://{bucket}/lake",
            $"--Storage:Access:cloud:Endpoint={server.Endpoint}",
            $"--Storage:Access:cloud:AccessKeyId={S3Server.AccessKeyId}",
            $"--Storage:Access:cloud:SecretAccessKey={S3Server.SecretAccessKey}",
            "--Storage:Access:cloud:RoleArn=arn:aws:iam::1:role/reader"
        );
        await PutAsync("manuals/readme.txt", "hello");
        await PutAsync("manuals/2026/a b+ü.pdf", "0123456789");
        await PutAsync("manuals-secret/plan.txt", "not for anybody");
        acme = await process.AddRecipientAsync("acme");
        await process.CreateShareAsync("sales");
        await process.GrantAsync("sales", acme);
        (await AddAsync("docs.manuals", Location)).ShouldBe(HttpStatusCode.OK);
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    public async Task Files_are_listed_and_read_by_addresses_of_the_store()
    {
        var first = (await acme.Http.GetAnswerAsync(Manuals + "/files?urls=true&maxResults=1")).ShouldBe(HttpStatusCode.OK).Json;
        var token = first.GetProperty("nextPageToken").GetString();
        var second = (await acme.Http.GetAnswerAsync($"{Manuals}/files?urls=true&maxResults=1&pageToken={token}")).ShouldBe(HttpStatusCode.OK).Json;

        second.TryGetProperty("nextPageToken", out _).ShouldBeFalse();
        using var client = new HttpClient();
        var (pdf, readme) = (first.GetProperty("items")[0], second.GetProperty("items")[0]);
        (pdf.GetProperty("path").GetString(), readme.GetProperty("path").GetString()).ShouldBe(("2026/a b+ü.pdf", "readme.txt"));
        (await client.GetStringAsync(new Uri(pdf.GetProperty("url").GetString()!))).ShouldBe("0123456789");
        (await client.GetStringAsync(new Uri(readme.GetProperty("url").GetString()!))).ShouldBe("hello");
    }

    [Fact]
    [ProtocolRule(
        "Files of volumes",
        "A file of a volume is sent on to the store's own address",
        Served = "clients drop the bearer token on the way to another host"
    )]
    public async Task One_file_follows_to_the_store()
    {
        (await acme.Http.GetStringAsync(Manuals + "/files/readme.txt", TestContext.Current.CancellationToken)).ShouldBe("hello");
        (await acme.Http.GetAnswerAsync(Manuals + "/files/nothing.txt")).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    [ProtocolRule("Volumes", "storageLocation is that of the store for who can get credentials there")]
    [ProtocolRule("Volumes", "temporary-volume-credentials gives credentials that open the volume's folder and nothing else, not in a wrapper")]
    public async Task The_credentials_read_the_volume_and_nothing_beside_it()
    {
        (await acme.Http.GetAnswerAsync(Manuals)).Json.GetProperty("storageLocation").GetString().ShouldBe(Location + "/");

        var answer = (await acme.Http.PostAnswerAsync(Manuals + "/temporary-volume-credentials", "{}")).ShouldBe(HttpStatusCode.OK);

        answer.Response.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");
        answer.Json.TryGetProperty("credentials", out _).ShouldBeFalse();
        answer.Json.GetProperty("expirationTime").GetInt64().ShouldBeGreaterThan(process.Time.GetUtcNow().ToUnixTimeMilliseconds());
        var keys = answer.Json.GetProperty("awsTempCredentials");
        using var volume = CloudFolder.Open(server, Location, keys);
        (await volume.ListAsync("").ToListAsync()).Select(file => file.Key).ShouldBe(["2026/a b+ü.pdf", "readme.txt"]);
        using var reader = new StreamReader(await volume.OpenReadAsync("readme.txt"));
        (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).ShouldBe("hello");
        await DeniedAsync(() => volume.PutAsync("new.txt", new MemoryStream([1])));
        using var beside = CloudFolder.Open(server, $"s3://{bucket}/lake/manuals-secret", keys);
        await DeniedAsync(async () => await beside.ListAsync("").ToListAsync());
        await DeniedAsync(() => beside.OpenReadAsync("plan.txt"));

        var record = await process.Events.WaitForAsync<ShareAccessed>(e => e.Action == "generateTemporaryVolumeCredential");
        (record.Status, record.Volume).ShouldBe((200, "manuals"));
        record.Parameters!.Values.ShouldAllBe(value => !value.Contains(keys.GetProperty("secretAccessKey").GetString()!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_table_of_the_store_by_another_name_of_the_place_is_no_part_of_a_volume()
    {
        var table = LakeTable.Create(Path.Combine(process.Lake, "orders"));
        await CloudTables.UploadAsync(process, table, $"s3://{bucket}/lake/tables/orders");
        await process.ShareTableAsync("sales", "shop.orders", $"s3a://{bucket}/lake/tables/orders");

        (await AddAsync("docs.tables", $"s3n://{bucket}/lake/tables")).ShouldBe(HttpStatusCode.Conflict).ErrorCode.ShouldBe("LOCATION_OVERLAP");
        (await AddAsync("docs.log", $"s3://{bucket}/lake/tables/orders/_delta_log")).ShouldBe(HttpStatusCode.BadRequest);
    }

    private Task<Answer> AddAsync(string name, string location) =>
        process.UpdateTablesAsync(
            "sales",
            "ADD",
            new
            {
                name,
                data_object_type = "VOLUME",
                storage_location = location,
            }
        );

    private async Task PutAsync(string key, string content)
    {
        var roots = process.Get<StorageRoots>();
        await roots.Open(roots.Locate("cloud", "")).PutAsync(key, new MemoryStream(Encoding.UTF8.GetBytes(content)));
    }

    private static async Task DeniedAsync(Func<Task> access) =>
        (await Should.ThrowAsync<ObjectStorageException>(access)).Error.ShouldBe(ObjectStorageError.AccessDenied);
}
