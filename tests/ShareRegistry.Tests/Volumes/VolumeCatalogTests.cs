using System.Net;
using Tideway.Contracts.ShareRegistry;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Volumes;

/// <summary>OpenSharing's lists of volumes.</summary>
public sealed class VolumeCatalogTests : VolumeTest
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        foreach (var name in (string[])["Docs.manuals", "docs.Films", "art.pictures"])
            (await AddAsync(name, Folder(name))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    [ProtocolRule("Volumes", "all-volumes and volumes list what is granted: name, schema, share, ids and storageLocation, on one line")]
    public async Task Volumes_are_listed_by_share_and_by_schema()
    {
        var all = (await GetAsync("/delta-sharing/shares/SALES/all-volumes")).ShouldBe(HttpStatusCode.OK);
        Names(all).ShouldBe(["pictures", "Films", "manuals"]);
        all.Response.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");
        all.Text.ShouldNotContain("\n");
        all.Json.TryGetProperty("nextPageToken", out _).ShouldBeFalse();
        Names(await GetAsync("/delta-sharing/shares/sales/schemas/DOCS/volumes")).ShouldBe(["Films", "manuals"]);

        var volume = all.Json.GetProperty("items")[2];
        volume.GetProperty("share").GetString().ShouldBe("sales");
        volume.GetProperty("schema").GetString().ShouldBe("Docs");
        Guid.TryParse(volume.GetProperty("id").GetString(), out _).ShouldBeTrue();
        Guid.TryParse(volume.GetProperty("shareId").GetString(), out _).ShouldBeTrue();
    }

    [Fact]
    [ProtocolRule("Volumes", "Get Volume gives the same object as the lists, without a wrapper")]
    public async Task One_volume_is_described_as_in_the_lists()
    {
        var one = (await GetAsync(Docs + "/MANUALS")).ShouldBe(HttpStatusCode.OK);

        one.Json.ToString().ShouldBe((await GetAsync("/delta-sharing/shares/sales/all-volumes")).Json.GetProperty("items")[2].ToString());
        one.Text.ShouldNotContain("\n");
        var record = await Process.Events.WaitForAsync<ShareAccessed>(e => e.Action == "deltaSharingGetVolume");
        (record.Status, record.RecipientName, record.Share, record.Schema, record.Volume, record.Table).ShouldBe(
            (200, "acme", "sales", "docs", "MANUALS", null)
        );
    }

    [Fact]
    [ProtocolRule(
        "Volumes",
        "storageLocation is that of the store for who can get credentials there",
        Served = "else the address below which the server gives out the files"
    )]
    public async Task Where_files_lie_on_our_disk_is_not_told_but_where_they_can_be_fetched()
    {
        var location = (await GetAsync(Docs + "/manuals")).Json.GetProperty("storageLocation").GetString()!;

        location.ShouldBe(RegistryProcess.PublicUrl + "/delta-sharing/shares/sales/schemas/Docs/volumes/manuals/files/");
        Write("Docs.manuals/a.txt");
        (await Acme.Http.SendAnswerAsync(HttpMethod.Head, new Uri(location).AbsolutePath + "a.txt", null)).ShouldBe(HttpStatusCode.OK);
        (await GetAsync("/delta-sharing/shares/sales/all-volumes")).Text.ShouldNotContain(Process.Lake);
    }

    [Fact]
    [ProtocolRule("Volumes", "A schema that holds only volumes is in the list of schemas")]
    public async Task Schemas_with_volumes_only_are_listed_and_have_no_tables()
    {
        Names(await GetAsync("/delta-sharing/shares/sales/schemas")).ShouldBe(["Docs", "art"], ignoreOrder: true);
        Names(await GetAsync("/delta-sharing/shares/sales/schemas/art/tables")).ShouldBeEmpty();
        var table = LakeTable.Create(Path.Combine(Process.Lake, "orders"));
        await Process.ShareTableAsync("sales", "shop.orders", table.Folder);
        Names(await GetAsync("/delta-sharing/shares/sales/schemas")).ShouldBe(["art", "Docs", "shop"]);
        Names(await GetAsync("/delta-sharing/shares/sales/schemas/shop/volumes")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/schemas/docs/volumes", "Films,manuals")]
    [InlineData("/all-volumes", "pictures,Films,manuals")]
    [ProtocolRule("Volumes", "Lists of volumes come by pages as all lists do", Served = "nextPageToken is left out at the end")]
    public async Task Lists_of_volumes_come_by_pages(string list, string expected)
    {
        var names = new List<string?>();
        for (var query = "?maxResults=1"; query is not null; )
        {
            var page = (await GetAsync("/delta-sharing/shares/sales" + list + query)).ShouldBe(HttpStatusCode.OK);
            names.AddRange(Names(page));
            query = page.Json.TryGetProperty("nextPageToken", out var token) ? $"?maxResults=1&pageToken={token.GetString()}" : null;
        }

        string.Join(',', names).ShouldBe(expected);
        (await GetAsync("/delta-sharing/shares/sales" + list + "?maxResults=501")).ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("/all-volumes", "GET")]
    [InlineData("/schemas/docs/volumes", "GET")]
    [InlineData("/schemas/docs/volumes/manuals", "GET")]
    [InlineData("/schemas/docs/volumes/manuals/files", "GET")]
    [InlineData("/schemas/docs/volumes/manuals/files/a.txt", "GET")]
    [InlineData("/schemas/docs/volumes/manuals/temporary-volume-credentials", "POST")]
    [ProtocolRule("Volumes", "A volume of a share that is not granted is a 404, the same as one that is not there")]
    public async Task What_is_not_granted_is_not_there(string rest, string method)
    {
        await Process.CreateShareAsync("hidden");
        await AddAsync("docs.manuals", Folder("hidden"), "hidden");

        var hidden = await Acme.Http.SendAnswerAsync(new HttpMethod(method), $"/delta-sharing/shares/hidden{rest}", null);
        var absent = await Acme.Http.SendAnswerAsync(new HttpMethod(method), $"/delta-sharing/shares/absent{rest}", null);

        hidden.ShouldBe(HttpStatusCode.NotFound).ProtocolCode.ShouldBe("RESOURCE_DOES_NOT_EXIST");
        hidden.Text.Replace("hidden", "absent", StringComparison.Ordinal).ShouldBe(absent.Text);
    }

    [Theory]
    [InlineData("/schemas/nothing/volumes", "[Schema] 'sales/nothing'")]
    [InlineData("/schemas/nothing/volumes/manuals", "[Schema] 'sales/nothing'")]
    [InlineData("/schemas/docs/volumes/nothing", "[Volume] 'sales/docs/nothing'")]
    [InlineData("/schemas/docs/volumes/nothing/files", "[Volume] 'sales/docs/nothing'")]
    public async Task What_is_not_there_is_named(string path, string expected) =>
        (await GetAsync("/delta-sharing/shares/sales" + path)).ShouldBe(HttpStatusCode.NotFound).Message.ShouldContain(expected);

    private static IReadOnlyList<string?> Names(Answer answer) =>
        [.. answer.ShouldBe(HttpStatusCode.OK).Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("name").GetString())];
}
