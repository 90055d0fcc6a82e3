using System.Net;
using Tideway.Contracts.ShareRegistry;
using Tideway.ObjectStorage;
using Tideway.ShareRegistry.Storage;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;
using Tideway.Testing.Servers;

namespace Tideway.ShareRegistry.Tests.TableCredentials;

/// <summary>Tables of an S3 server that gives out temporary credentials and keeps their policies.</summary>
[Trait("Needs", "Servers")]
public sealed class DirectoryAccessTests : IAsyncLifetime
{
    private const string Schema = "/delta-sharing/shares/sales/schemas/shop";
    private const string Orders = Schema + "/tables/orders";

    private S3Server server = null!;
    private string bucket = null!;
    private RegistryProcess process = null!;
    private RecipientClient acme = null!;

    private string Location => $"s3://{bucket}/lake/tables/orders";

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
        var table = LakeTable.Create(Path.Combine(process.Lake, "orders"));
        await CloudTables.UploadAsync(process, table, Location);
        await CloudTables.UploadAsync(process, table, Location + "-secret");
        acme = await process.AddRecipientAsync("acme");
        await process.CreateShareAsync("sales");
        await process.GrantAsync("sales", acme);
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    [ProtocolRule("Access Modes", "Lists and metadata tell location and accessModes where the folder may be read, the same on every call")]
    [ProtocolRule(
        "Access Modes",
        "accessModes names dir exactly where temporary credentials work",
        Served = "switched on per table by directory_access_enabled; absent means url"
    )]
    public async Task Where_the_folder_may_be_read_lists_and_metadata_say_so_in_the_same_words()
    {
        await ShareAsync("orders");
        await ShareAsync("closed", directory: false);

        foreach (var list in (string[])[Schema + "/tables", "/delta-sharing/shares/sales/all-tables"])
        {
            var items = (await acme.Http.GetAnswerAsync(list)).ShouldBe(HttpStatusCode.OK).Json.GetProperty("items");
            items[1].GetProperty("location").GetString().ShouldBe(Location);
            items[1].GetProperty("accessModes").ToString().ShouldBe("""["url","dir"]""");
            items[0].TryGetProperty("location", out _).ShouldBeFalse();
            items[0].TryGetProperty("accessModes", out _).ShouldBeFalse();
        }

        var lines = new HashSet<string>();
        foreach (var answer in (Answer[])[await acme.Http.GetAnswerAsync(Orders + "/metadata"), await acme.Http.PostAnswerAsync(Orders + "/query", "{}")])
            lines.Add(answer.ShouldBe(HttpStatusCode.OK).Text.Split('\n')[1]);
        lines.ShouldHaveSingleItem().ShouldContain($"\"location\":\"{Location}\",\"accessModes\":[\"url\",\"dir\"]");
        var delta = await acme.Http.GetAnswerAsync(Orders + "/metadata", ("delta-sharing-capabilities", "responseformat=delta"));
        delta.Lines[1].Body.GetProperty("location").GetString().ShouldBe(Location);
    }

    [Fact]
    [ProtocolRule(
        "Generate Temporary Table Credential",
        "Temporary credentials open the table's folder and nothing else",
        Served = "S3: a session policy for the exact prefix; Azure: a directory SAS; GCS: an access boundary"
    )]
    [ProtocolRule(
        "Generate Temporary Table Credential",
        "The answer with temporary credentials is one line of JSON",
        Served = "application/json, since clients read the body as one text"
    )]
    public async Task The_credentials_read_the_table_and_nothing_beside_it()
    {
        await ShareAsync("orders");

        var answer = (await acme.Http.PostAnswerAsync(Orders + "/temporary-table-credentials", "{}")).ShouldBe(HttpStatusCode.OK);

        answer.Response.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");
        answer.Header("Cache-Control").ShouldBe("no-store");
        answer.Text.ShouldNotContain("\n");
        var credentials = answer.Json.GetProperty("credentials");
        credentials.GetProperty("location").GetString().ShouldBe(Location);
        var endsAt = DateTimeOffset.FromUnixTimeMilliseconds(credentials.GetProperty("expirationTime").GetInt64());
        (endsAt - TimeProvider.System.GetUtcNow()).ShouldBeInRange(TimeSpan.FromMinutes(15), TimeSpan.FromHours(1));
        using var folder = Open(Location, credentials);
        (await folder.ListAsync("").ToListAsync()).Select(item => item.Key).ShouldContain("_delta_log/00000000000000000000.json");
        await using (var data = await folder.OpenReadAsync("part-0.parquet"))
            data.ReadByte().ShouldBeGreaterThan(0);
        foreach (var elsewhere in (string[])[Location + "-secret", $"s3://{bucket}/lake/tables", $"s3://{bucket}/lake/tables/ord"])
        {
            using var other = Open(elsewhere, credentials);
            (await Should.ThrowAsync<ObjectStorageException>(async () => await other.ListAsync("").ToListAsync())).Error.ShouldBe(
                ObjectStorageError.AccessDenied
            );
            (await Should.ThrowAsync<ObjectStorageException>(async () => await other.OpenReadAsync("part-0.parquet"))).Error.ShouldBe(
                ObjectStorageError.AccessDenied
            );
        }

        (await Should.ThrowAsync<ObjectStorageException>(() => folder.PutAsync("new", new MemoryStream([1])))).Error.ShouldBe(ObjectStorageError.AccessDenied);
    }

    [Fact]
    public async Task Giving_out_credentials_is_recorded_without_their_secrets()
    {
        await ShareAsync("orders");

        var answer = await acme.Http.PostAnswerAsync(Orders + "/temporary-table-credentials", new { location = Location });

        var access = await process.Events.WaitForAsync<ShareAccessed>(e => e.Action == "generateTemporaryTableCredential");
        var keys = answer.Json.GetProperty("credentials").GetProperty("awsTempCredentials");
        (access.Status, access.RecipientName, access.Table, access.RequestId).ShouldBe((200, "acme", "orders", answer.Header("x-request-id")));
        access.Parameters!["location"].ShouldBe(Location);
        access.Parameters["credentialsLocation"].ShouldBe(Location);
        access.Parameters["credentialsAccessKeyId"].ShouldBe(keys.GetProperty("accessKeyId").GetString());
        access.Parameters["credentialsExpirationTime"].ShouldNotBeEmpty();
        foreach (var secret in (string[])["secretAccessKey", "sessionToken"])
        {
            access.Parameters.Values.ShouldNotContain(value => value.Contains(keys.GetProperty(secret).GetString()!, StringComparison.Ordinal));
            process.Log.Lines.ShouldAllBe(line => !line.Contains(keys.GetProperty(secret).GetString()!, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("/", "")]
    [InlineData("/_delta_log", "/_delta_log")]
    [ProtocolRule(
        "Generate Temporary Table Credential",
        "A location that is the table's or below it is taken",
        Served = "credentials for a folder below open only that"
    )]
    public async Task A_location_that_is_the_tables_or_below_is_taken(string below, string expected)
    {
        await ShareAsync("orders");

        var answer = await acme.Http.PostAnswerAsync(Orders + "/temporary-table-credentials", new { location = Location + below });

        var credentials = answer.ShouldBe(HttpStatusCode.OK).Json.GetProperty("credentials");
        credentials.GetProperty("location").GetString().ShouldBe(Location + expected);
        using var folder = Open(Location + expected, credentials);
        (await folder.ListAsync("").ToListAsync()).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("-secret")]
    [InlineData("/../orders-secret")]
    [InlineData("/..")]
    [InlineData("/%2e%2e/orders-secret")]
    [InlineData("?x=1")]
    [InlineData(null)]
    [ProtocolRule("Error texts", "A location elsewhere is refused: same as or under this table's configured storage")]
    public async Task A_location_elsewhere_is_refused(string? rest)
    {
        await ShareAsync("orders");

        var asked = rest is null ? "s3://other-bucket/lake/tables/orders" : Location + rest;
        var answer = await acme.Http.PostAnswerAsync(Orders + "/temporary-table-credentials", new { location = asked });

        answer.ShouldBe(HttpStatusCode.BadRequest).ProtocolCode.ShouldBe("INVALID_PARAMETER_VALUE");
        answer.Message.ShouldContain("same as or under this table's configured storage");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("""{"location":5}""")]
    [ProtocolRule("Generate Temporary Table Credential", "A malformed body of a call for credentials is a 400 and not {}")]
    public async Task A_malformed_body_is_refused(string body)
    {
        await ShareAsync("orders");

        (await acme.Http.PostAnswerAsync(Orders + "/temporary-table-credentials", body))
            .ShouldBe(HttpStatusCode.BadRequest)
            .ProtocolCode.ShouldBe("MALFORMED_REQUEST");
    }

    [Theory]
    [InlineData("UPDATE shared_table SET history_shared = FALSE")]
    [InlineData("UPDATE shared_table SET change_feed_shared = FALSE")]
    [InlineData("UPDATE shared_table SET start_version = 1")]
    [InlineData("UPDATE shared_table SET location = 'file:///gone'")]
    [ProtocolRule(
        "Access Modes",
        "A table that is shared with limits, or whose store gives out no credentials, is not offered as a folder",
        Served = "without all its history and its changes accessModes is [\"url\"] and the call a 400"
    )]
    public async Task A_table_that_is_held_back_in_part_is_never_offered_whatever_the_switch_says(string change)
    {
        await ShareAsync("orders");
        await using (var transaction = await process.Get<ShareRegistryDatabase>().BeginAsync(TestContext.Current.CancellationToken))
        {
            await transaction.ExecuteAsync(change, null, TestContext.Current.CancellationToken);
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }

        var item = (await acme.Http.GetAnswerAsync(Schema + "/tables")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("items")[0];
        item.GetProperty("accessModes").ToString().ShouldBe("""["url"]""");
        item.TryGetProperty("location", out _).ShouldBeFalse();
        (await acme.Http.PostAnswerAsync(Orders + "/temporary-table-credentials", "{}"))
            .ShouldBe(HttpStatusCode.BadRequest)
            .Message.ShouldContain("directory access is not offered for table: sales.shop.orders");
    }

    [Fact]
    public async Task A_recipient_without_the_grant_learns_nothing()
    {
        await ShareAsync("orders");
        var other = await process.AddRecipientAsync("other");

        (await other.Http.PostAnswerAsync(Orders + "/temporary-table-credentials", "{}")).ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task ShareAsync(string name, bool directory = true) =>
        (
            await process.UpdateTablesAsync(
                "sales",
                "ADD",
                new
                {
                    name = "shop." + name,
                    storage_location = Location,
                    history_data_sharing_status = "ENABLED",
                    cdf_enabled = true,
                    start_version = 0,
                    directory_access_enabled = directory,
                }
            )
        ).ShouldBe(HttpStatusCode.OK);

    private CloudFolder Open(string location, System.Text.Json.JsonElement credentials) =>
        CloudFolder.Open(server, location, credentials.GetProperty("awsTempCredentials"));
}
