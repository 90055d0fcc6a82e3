using System.Text;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Listing;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Protocol;

public sealed class ListPageTests
{
    [Fact]
    [ProtocolRule("REST APIs", "A list is one line, and the last page has no nextPageToken, never an empty one")]
    public void A_page_is_one_line_and_its_end_has_no_token()
    {
        var page = new ListPage<SchemaItem> { Items = [new SchemaItem { Name = "line\nbreak", Share = "s" }], NextPageToken = "" };

        var json = Encoding.UTF8.GetString(page.ToJson());

        json.ShouldBe("""{"items":[{"name":"line\nbreak","share":"s"}]}""");
        json.ShouldNotContain('\n');
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"items":null}""")]
    [InlineData("""{"items":[],"nextPageToken":""}""")]
    [InlineData("""{"nextPageToken":null,"unknown":[1,{"x":2}]}""")]
    [ProtocolRule("REST APIs", "Our client takes an end without nextPageToken, with an empty one, and without items")]
    public void An_empty_end_has_many_forms(string json)
    {
        var page = ListPage.Parse<ShareItem>(Encoding.UTF8.GetBytes(json));

        page.Items.ShouldBeEmpty();
        page.NextPageToken.ShouldBeNull();
    }

    [Fact]
    public void All_fields_of_items_make_the_round_trip()
    {
        var shares = new ListPage<ShareItem>
        {
            Items =
            [
                new ShareItem
                {
                    Name = "s",
                    Id = "1",
                    DisplayName = "S",
                    Comment = "c",
                    Properties = new Dictionary<string, string> { ["k"] = "v" },
                },
            ],
            NextPageToken = "t",
        };
        var tables = new ListPage<TableItem>
        {
            Items =
            [
                new TableItem
                {
                    Name = "t",
                    Schema = "sc",
                    Share = "s",
                    Id = "2",
                    ShareId = "1",
                    Location = "s3://b/t",
                    AuxiliaryLocations = ["s3://b/u"],
                    AccessModes = ["url", "dir"],
                },
            ],
        };

        var share = ListPage.Parse<ShareItem>(shares.ToJson());
        share.ToJson().ShouldBe(shares.ToJson());
        share.NextPageToken.ShouldBe("t");
        share.Items[0].ShouldBeEquivalentTo(shares.Items[0]);
        var table = ListPage.Parse<TableItem>(tables.ToJson());
        table.ToJson().ShouldBe(tables.ToJson());
        table.Items[0].Location.ShouldBe("s3://b/t");
        table.Items[0].AccessModes.ShouldBe(["url", "dir"]);
        ShareAnswer.Parse(new ShareAnswer(shares.Items[0]).ToJson()).Share.Name.ShouldBe("s");
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("<html>")]
    [InlineData("""{"items":[{}]}""")]
    [InlineData("""{"items":[{"name":null}]}""")]
    [InlineData("""{"items":{"name":"s"}}""")]
    [InlineData("""{"items":[{"name":"s"}""")]
    public void A_malformed_page_is_refused(string json) =>
        Should.Throw<SharingProtocolException>(() => ListPage.Parse<ShareItem>(Encoding.UTF8.GetBytes(json))).Error.ShouldBe(SharingProtocolError.Malformed);

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"share":null}""")]
    [InlineData("""{"share":{"id":"1"}}""")]
    public void A_share_without_a_name_is_refused(string json) => Should.Throw<SharingProtocolException>(() => ShareAnswer.Parse(Encoding.UTF8.GetBytes(json)));
}
