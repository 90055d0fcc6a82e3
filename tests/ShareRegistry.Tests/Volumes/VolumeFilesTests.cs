using System.Net;
using System.Net.Sockets;
using System.Text;
using Tideway.Contracts.ShareRegistry;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Volumes;

/// <summary>Our own addition: the files of a volume for clients without an SDK of the store.</summary>
public sealed class VolumeFilesTests : VolumeTest
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await ShareManualsAsync();
        Write("manuals/readme.txt", "hello");
        Write("manuals/2026/a b.pdf", "0123456789");
        Write("manuals/2026/ü+#%2F.bin", "odd");
        Write("manuals/2026.txt");
        Write("secret/plan.txt", "not for anybody");
    }

    [Fact]
    [ProtocolRule(
        "Files of volumes",
        "Files of a volume are listed with path, size and time",
        Served = "an addition of this server: GET .../volumes/{volume}/files"
    )]
    public async Task All_files_are_listed_in_order_with_size_and_time()
    {
        File.SetLastWriteTimeUtc(Path.Combine(Process.Lake, "manuals/readme.txt"), new DateTime(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc));

        var answer = (await GetAsync(Manuals + "/files")).ShouldBe(HttpStatusCode.OK);

        answer.Response.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");
        answer.Text.ShouldNotContain("\n");
        answer.Json.TryGetProperty("nextPageToken", out _).ShouldBeFalse();
        var items = answer.Json.GetProperty("items");
        items.EnumerateArray().Select(item => item.GetProperty("path").GetString()).ShouldBe(["2026.txt", "2026/a b.pdf", "2026/ü+#%2F.bin", "readme.txt"]);
        items[3].ToString().ShouldBe("""{"path":"readme.txt","size":5,"lastModified":1769860800000}""");
        var record = await Process.Events.WaitForAsync<ShareAccessed>(e => e.Action == "deltaSharingListVolumeFiles");
        (record.Volume, record.FileCount, record.ByteCount).ShouldBe(("manuals", null, null));
    }

    [Theory]
    [InlineData("?path=2026", "2026/a b.pdf,2026/ü+#%2F.bin")]
    [InlineData("?path=2026/", "2026/a b.pdf,2026/ü+#%2F.bin")]
    [InlineData("?path=2026.txt", "2026.txt")]
    [InlineData("?path=2026/a%20b.pdf", "2026/a b.pdf")]
    [InlineData("?path=20", "")]
    [InlineData("?path=nothing", "")]
    public async Task A_path_is_a_file_or_a_folder_with_all_below_it(string query, string expected) =>
        string.Join(',', await PathsAsync(query)).ShouldBe(expected);

    [Theory]
    [InlineData("")]
    [InlineData("&path=2026")]
    [InlineData("&path=readme.txt")]
    public async Task Files_come_by_pages(string rest)
    {
        var expected = await PathsAsync("?maxResults=1000" + rest);

        var paths = new List<string?>();
        for (var query = "?maxResults=1" + rest; query is not null; )
        {
            var page = (await GetAsync($"{Manuals}/files{query}")).ShouldBe(HttpStatusCode.OK).Json;
            paths.Add(page.GetProperty("items").EnumerateArray().ShouldHaveSingleItem().GetProperty("path").GetString());
            query = page.TryGetProperty("nextPageToken", out var token) ? $"?maxResults=1&pageToken={token.GetString()}{rest}" : null;
        }

        paths.ShouldBe(expected);
    }

    [Fact]
    public async Task A_full_page_of_the_largest_size_is_followed_by_another_even_where_nothing_is_left()
    {
        await AddAsync("docs.many", Folder("many"));
        for (var i = 0; i < 1000; i++)
            await File.WriteAllBytesAsync(Path.Combine(Process.Lake, "many", $"{i:D4}"), []);

        var first = (await GetAsync(Docs + "/many/files")).ShouldBe(HttpStatusCode.OK).Json;
        var second = (await GetAsync($"{Docs}/many/files?pageToken={first.GetProperty("nextPageToken").GetString()}")).ShouldBe(HttpStatusCode.OK).Json;
        var smaller = (await GetAsync(Docs + "/many/files?maxResults=999")).ShouldBe(HttpStatusCode.OK).Json;
        var last = (await GetAsync($"{Docs}/many/files?maxResults=999&pageToken={smaller.GetProperty("nextPageToken").GetString()}")).Json;

        first.GetProperty("items").GetArrayLength().ShouldBe(1000);
        second.ToString().ShouldBe("""{"items":[]}""");
        last.GetProperty("items")[0].GetProperty("path").GetString().ShouldBe("0999");
        last.TryGetProperty("nextPageToken", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Every_call_is_described()
    {
        var paths = (await Process.Stranger.GetAnswerAsync("/openapi/v1.json")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("paths");

        const string volume = "/delta-sharing/shares/{share}/schemas/{schema}/volumes/{volume}";
        foreach (var path in (string[])["/delta-sharing/shares/{share}/all-volumes", volume, volume + "/files", volume + "/files/{path}"])
            paths.GetProperty(path).GetProperty("get").GetProperty("summary").GetString().ShouldNotBeNullOrEmpty();
        paths.GetProperty(volume + "/temporary-volume-credentials").TryGetProperty("post", out _).ShouldBeTrue();
        paths
            .GetProperty(volume + "/files")
            .GetProperty("get")
            .GetProperty("parameters")
            .EnumerateArray()
            .Select(parameter => parameter.GetProperty("name").GetString())
            .ShouldBe(["path", "urls"], ignoreOrder: true);
    }

    [Fact]
    [ProtocolRule("Files of volumes", "A page token of files goes on only with its own volume, path and recipient", Served = "tokens are signed")]
    public async Task A_token_goes_on_only_with_the_same_list()
    {
        await AddAsync("docs.others", Folder("others"));
        var token = (await GetAsync(Manuals + "/files?maxResults=1")).Json.GetProperty("nextPageToken").GetString();
        var other = await Process.AddRecipientAsync("other");
        await Process.GrantAsync("sales", other);

        (await GetAsync($"{Docs}/others/files?pageToken={token}")).ShouldBe(HttpStatusCode.BadRequest);
        (await GetAsync($"{Manuals}/files?path=2026&pageToken={token}")).ShouldBe(HttpStatusCode.BadRequest);
        (await other.Http.GetAnswerAsync($"{Manuals}/files?pageToken={token}")).ShouldBe(HttpStatusCode.BadRequest);
        (await GetAsync($"{Manuals}/files?pageToken={token}")).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("?maxResults=1001", "maxResults must be between 0 and 1000")]
    [InlineData("?urls=maybe", "urls must be true or false")]
    [InlineData("?path=../secret", "'..'")]
    [InlineData("?path=2026/%2e%2e/%2E%2E/secret", "'..'")]
    [InlineData("?path=/etc", "starts with a slash")]
    [InlineData("?path=a%5Cb", "backslash")]
    [InlineData("?path=a%00b", "control character")]
    [InlineData("?path=a//b", "empty segment")]
    public async Task What_makes_no_sense_is_refused(string query, string expected)
    {
        var answer = (await GetAsync($"{Manuals}/files{query}")).ShouldBe(HttpStatusCode.BadRequest);

        answer.ProtocolCode.ShouldBe("INVALID_PARAMETER_VALUE");
        answer.Message.ShouldContain(expected);
    }

    [Fact]
    [ProtocolRule("Files of volumes", "With urls=true each file comes with a signed address and its end", Served = "an addition of this server")]
    public async Task Each_file_can_be_read_by_its_address_and_that_is_on_record_with_the_call_that_gave_it()
    {
        var answer = (await GetAsync(Manuals + "/files?urls=true")).ShouldBe(HttpStatusCode.OK);

        var contents = new List<string>();
        foreach (var item in answer.Json.GetProperty("items").EnumerateArray())
        {
            var url = new Uri(item.GetProperty("url").GetString()!);
            url.GetLeftPart(UriPartial.Authority).ShouldBe(RegistryProcess.PublicUrl);
            var read = (await Process.Stranger.GetAnswerAsync(url.PathAndQuery)).ShouldBe(HttpStatusCode.OK);
            contents.Add(read.Text);
            item.GetProperty("size").GetInt64().ShouldBe(read.Text.Length);
            var end = DateTimeOffset.FromUnixTimeMilliseconds(item.GetProperty("expirationTimestamp").GetInt64());
            (end - Process.Time.GetUtcNow()).ShouldBeInRange(TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
        }

        contents.ShouldBe(["content", "0123456789", "odd", "hello"]);
        var list = await Process.Events.WaitForAsync<ShareAccessed>(e => e.Action == "deltaSharingListVolumeFiles");
        (list.FileCount, list.ByteCount, list.RequestId).ShouldBe((4, 25, answer.Header("x-request-id")));
        var file = await Process.Events.WaitForAsync<ShareAccessed>(e => e.Action == "deltaSharingGetFile");
        (file.RequestId, file.RecipientName, file.Share, file.Schema, file.Volume, file.Table).ShouldBe(
            (list.RequestId, "acme", "sales", "docs", "manuals", null)
        );
    }

    [Fact]
    [ProtocolRule(
        "Files of volumes",
        "One file is asked for by its path",
        Served = "307 to a signed address, which curl -L and browsers follow; HEAD tells its size"
    )]
    public async Task One_file_is_sent_on_to_its_address()
    {
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = Process.Stranger.BaseAddress };
        client.DefaultRequestHeaders.Authorization = Acme.Http.DefaultRequestHeaders.Authorization;

        var answer = (await client.GetAnswerAsync(Manuals + "/files/2026/a%20b.pdf")).ShouldBe(HttpStatusCode.TemporaryRedirect);

        answer.Text.ShouldBeEmpty();
        var url = answer.Response.Headers.Location!;
        url.GetLeftPart(UriPartial.Authority).ShouldBe(RegistryProcess.PublicUrl);
        (await Process.Stranger.GetAnswerAsync(url.PathAndQuery)).ShouldBe(HttpStatusCode.OK).Text.ShouldBe("0123456789");
        var record = await Process.Events.WaitForAsync<ShareAccessed>(e => e.Action == "deltaSharingGetVolumeFile");
        (record.Status, record.Volume, record.FileCount, record.ByteCount).ShouldBe((307, "manuals", 1, 10));
        record.Parameters!["path"].ShouldBe("2026/a b.pdf");
    }

    [Fact]
    public async Task The_head_of_a_file_tells_its_size_and_time()
    {
        var answer = (await Acme.Http.SendAnswerAsync(HttpMethod.Head, Manuals + "/files/readme.txt", null)).ShouldBe(HttpStatusCode.OK);

        answer.Response.Content.Headers.ContentLength.ShouldBe(5);
        answer.Response.Content.Headers.LastModified.ShouldNotBeNull();
        (await Acme.Http.SendAnswerAsync(HttpMethod.Head, Manuals + "/files/nothing", null)).ShouldBe(HttpStatusCode.NotFound).Text.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("nothing.txt")]
    [InlineData("2026")]
    [InlineData("2026%2Fa%20b.pdf")]
    [InlineData("..%2f..%2fsecret%2fplan.txt")]
    [InlineData("%2e%2e%2fsecret%2fplan.txt")]
    [InlineData(".01234567890123456789012345678901.partial")]
    public async Task What_is_no_file_of_the_volume_is_not_found(string path) =>
        (await GetAsync($"{Manuals}/files/{path}")).ShouldBe(HttpStatusCode.NotFound).Message.ShouldContain("[File] 'sales/docs/manuals/");

    [Theory]
    [InlineData("a%5C..%5Cb")]
    [InlineData("a//b")]
    public async Task What_is_no_path_is_refused(string path) => (await GetAsync($"{Manuals}/files/{path}")).ShouldBe(HttpStatusCode.BadRequest);

    [Theory]
    [InlineData("/files/../../../../../../../secret/plan.txt")]
    [InlineData("/files/%2e%2e/%2e%2e/secret/plan.txt")]
    public async Task A_path_that_climbs_is_another_call_before_it_is_looked_at(string path)
    {
        // HttpClient would fold dots before it sends them.
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Process.Stranger.BaseAddress!.Port);
        var request = $"GET {Manuals}{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {Acme.Token}\r\n\r\n";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(client.GetStream());
        var raw = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        raw.ShouldStartWith("HTTP/1.1 404");
        raw.ShouldNotContain("not for anybody");
    }

    [Fact]
    [ProtocolRule(
        "Files of volumes",
        "Nothing outside of the volume's folder is listed or handed out",
        Served = "by whatever path or link, also after an address was signed"
    )]
    public async Task Links_that_lead_out_of_the_volume_are_not_there_and_links_within_are()
    {
        var folder = Path.Combine(Process.Lake, "manuals");
        File.CreateSymbolicLink(Path.Combine(folder, "out.txt"), Path.Combine(Process.Lake, "secret/plan.txt"));
        File.CreateSymbolicLink(Path.Combine(folder, "in.txt"), Path.Combine(folder, "readme.txt"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "outside"), Path.Combine(Process.Lake, "secret"));

        (await PathsAsync("")).ShouldBe(["2026.txt", "2026/a b.pdf", "2026/ü+#%2F.bin", "in.txt", "readme.txt"]);
        (await GetAsync(Manuals + "/files/out.txt")).ShouldBe(HttpStatusCode.NotFound).Text.ShouldNotContain(Process.Lake);
        (await GetAsync(Manuals + "/files/outside/plan.txt")).ShouldBe(HttpStatusCode.NotFound);
        (await PathsAsync("?path=outside")).ShouldBeEmpty();
        (await ReadAsync("in.txt")).ShouldBe(await ReadAsync("readme.txt"));
    }

    private async Task<string> ReadAsync(string path)
    {
        var url = new Uri((await GetAsync($"{Manuals}/files?path={path}&urls=true")).Json.GetProperty("items")[0].GetProperty("url").GetString()!);
        return (await Process.Stranger.GetAnswerAsync(url.PathAndQuery)).ShouldBe(HttpStatusCode.OK).Text;
    }

    [Fact]
    public async Task A_file_that_becomes_a_link_out_of_the_volume_cannot_be_read_by_the_address_that_was_given()
    {
        var url = new Uri((await GetAsync(Manuals + "/files?path=readme.txt&urls=true")).Json.GetProperty("items")[0].GetProperty("url").GetString()!);
        var file = Path.Combine(Process.Lake, "manuals/readme.txt");
        File.Delete(file);
        File.CreateSymbolicLink(file, Path.Combine(Process.Lake, "secret/plan.txt"));

        (await Process.Stranger.GetAnswerAsync(url.PathAndQuery)).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_folder_that_becomes_a_link_is_not_followed_to_where_nobody_looked()
    {
        var url = new Uri((await GetAsync(Manuals + "/files?path=readme.txt&urls=true")).Json.GetProperty("items")[0].GetProperty("url").GetString()!);
        Write("secret/readme.txt", "not for anybody");
        Directory.Delete(Path.Combine(Process.Lake, "manuals"), recursive: true);
        Directory.CreateSymbolicLink(Path.Combine(Process.Lake, "manuals"), Path.Combine(Process.Lake, "secret"));

        (await GetAsync(Manuals + "/files")).ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync(Manuals + "/files/readme.txt")).ShouldBe(HttpStatusCode.NotFound);
        (await Process.Stranger.GetAnswerAsync(url.PathAndQuery)).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_storage_root_as_a_whole_may_be_a_volume()
    {
        var home = Directory.CreateTempSubdirectory("tideway-archive-").FullName;
        await File.WriteAllTextAsync(Path.Combine(home, "a.txt"), "archived");
        await using var process = await RegistryProcess.StartAsync("--Storage:Roots:archive=" + home);
        var acme = await process.AddRecipientAsync("acme");
        await process.CreateShareAsync("sales");
        await process.GrantAsync("sales", acme);
        var volume = new
        {
            name = "docs.manuals",
            data_object_type = "VOLUME",
            storage_location = home,
        };
        (await process.UpdateTablesAsync("sales", "ADD", volume)).ShouldBe(HttpStatusCode.OK);

        var item = (await acme.Http.GetAnswerAsync(Manuals + "/files?urls=true")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("items")[0];

        (await process.Stranger.GetAnswerAsync(new Uri(item.GetProperty("url").GetString()!).PathAndQuery)).Text.ShouldBe("archived");
        Directory.Delete(home, recursive: true);
    }

    [Fact]
    public async Task A_folder_that_is_gone_is_told_and_is_not_an_empty_volume()
    {
        Directory.Move(Path.Combine(Process.Lake, "manuals"), Path.Combine(Process.Lake, "moved"));

        var answer = (await GetAsync(Manuals + "/files")).ShouldBe(HttpStatusCode.NotFound);

        answer.Message.ShouldBe("The files of volume sales.docs.manuals are not there any more, please contact your share provider.");
        (await Process.Events.WaitForAsync<ShareAccessed>(e => e.Action == "deltaSharingListVolumeFiles")).ErrorMessage!.ShouldContain(Process.Lake);
    }

    [Fact]
    [ProtocolRule(
        "Volumes",
        "temporary-volume-credentials is refused with 400 where the store gives none for a folder",
        Served = "local disks, and stores without settings for it"
    )]
    public async Task A_local_disk_gives_no_credentials()
    {
        var answer = (await Acme.Http.PostAnswerAsync(Manuals + "/temporary-volume-credentials", "")).ShouldBe(HttpStatusCode.BadRequest);

        answer.ProtocolCode.ShouldBe("UNSUPPORTED_OPERATION");
        answer.Message.ShouldContain("sales.docs.manuals offers no temporary credentials");
        (await Process.Events.WaitForAsync<ShareAccessed>(e => e.Action == "generateTemporaryVolumeCredential")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_grant_that_is_taken_back_ends_lists_at_once()
    {
        await Process.RevokeAsync("sales", Acme);

        (await GetAsync(Manuals + "/files")).ShouldBe(HttpStatusCode.NotFound);
    }
}
