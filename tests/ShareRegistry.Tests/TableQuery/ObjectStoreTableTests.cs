using System.Net;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;
using Tideway.Testing.Servers;

namespace Tideway.ShareRegistry.Tests.TableQuery;

public sealed class ObjectStoreTableTests
{
    private const string Orders = "/delta-sharing/shares/sales/schemas/shop/tables/orders";

    [Fact]
    [ProtocolRule("Addresses of files", "Files in an object store have addresses of that store, which say truly when they end")]
    public async Task A_table_in_s3_is_shared_with_addresses_of_the_store_that_say_truly_when_they_end()
    {
        var server = await S3Server.StartAsync();
        var bucket = await server.CreateBucketAsync();
        await using var process = await RegistryProcess.StartAsync(Settings(server, bucket, S3Server.SecretAccessKey));
        await UploadAsync(process, bucket);
        var acme = await process.AddRecipientAsync("acme");
        await process.CreateShareAsync("sales");
        await process.ShareTableAsync("sales", "shop.orders", $"s3://{bucket}/lake/tables/orders");
        await process.GrantAsync("sales", acme);

        var answer = (await acme.Http.PostAnswerAsync(Orders + "/query", "{}")).ShouldBe(HttpStatusCode.OK);

        answer.Header("Delta-Table-Version").ShouldBe("1");
        answer.Files().Count.ShouldBe(2);
        using var client = new HttpClient();
        foreach (var file in answer.Files())
        {
            var url = new Uri(file.GetProperty("url").GetString()!);
            url.GetLeftPart(UriPartial.Authority).ShouldBe(server.Endpoint.GetLeftPart(UriPartial.Authority));
            (await client.GetByteArrayAsync(url)).Length.ShouldBe(file.GetProperty("size").GetInt32());
            var query = System.Web.HttpUtility.ParseQueryString(url.Query);
            var signedAt = DateTimeOffset.ParseExact(query["X-Amz-Date"]!, "yyyyMMdd'T'HHmmss'Z'", null, System.Globalization.DateTimeStyles.AssumeUniversal);
            var endsAt = signedAt.AddSeconds(int.Parse(query["X-Amz-Expires"]!));
            file.GetProperty("expirationTimestamp").GetInt64().ShouldBe(endsAt.ToUnixTimeMilliseconds());
            (endsAt - TimeProvider.System.GetUtcNow()).ShouldBeGreaterThan(TimeSpan.FromMinutes(15));
        }

        await Eventually.Async(async () => (await process.Stranger.GetAsync("/health/ready")).StatusCode == HttpStatusCode.OK);
        process.Log.Lines.ShouldContain(line => line.Contains("Storage root 'cloud' is reached with the access key of the settings", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_that_refuses_us_makes_the_service_unready_and_says_what_to_change_without_ending_it()
    {
        var server = await S3Server.StartAsync();
        var bucket = await server.CreateBucketAsync();

        await using var process = await RegistryProcess.StartAsync(Settings(server, bucket, "wrong-secret-text"));

        await Eventually.Async(() => process.Log.Lines.Any(line => line.Contains("SignatureDoesNotMatch", StringComparison.Ordinal)));
        var answer = (await process.Stranger.GetAnswerAsync("/health/ready")).ShouldBe(HttpStatusCode.ServiceUnavailable);
        var storage = answer.Json.GetProperty("checks").GetProperty("storage").GetProperty("description").GetString()!;
        storage.ShouldContain("storage root 'cloud' at s3://");
        storage.ShouldContain("check SecretAccessKey, Region");
        (await process.Stranger.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        process.Log.Lines.ShouldAllBe(line => !line.Contains("wrong-secret-text", StringComparison.Ordinal));
    }

    private static string[] Settings(S3Server server, string bucket, string secret) =>
        [
            $"--Storage:Roots:cloud=s3://{bucket}/lake",
            $"--Storage:Access:cloud:Endpoint={server.Endpoint}",
            $"--Storage:Access:cloud:AccessKeyId={S3Server.AccessKeyId}",
            $"--Storage:Access:cloud:SecretAccessKey={secret}",
        ];

    private static Task UploadAsync(RegistryProcess process, string bucket)
    {
        var table = LakeTable.Create(Path.Combine(process.Lake, "orders"));
        table.Commit(table.Add("day=2026%2001/part-1.parquet", 5));
        return CloudTables.UploadAsync(process, table, $"s3://{bucket}/lake/tables/orders");
    }
}
