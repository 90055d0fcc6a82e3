using System.Net;
using Tideway.Contracts.ShareRegistry;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.ShareRegistry.Tests.TableQuery;

namespace Tideway.ShareRegistry.Tests.Files;

/// <summary>The read of a file is on record like the query that handed its address out.</summary>
public sealed class FileReadRecordTests : TableTest
{
    [Fact]
    public async Task The_record_of_a_file_names_recipient_share_schema_and_table()
    {
        var url = await FileUrlAsync();

        (await Process.Stranger.GetAnswerAsync(url)).ShouldBe(HttpStatusCode.OK);

        var read = await Process.Events.WaitForAsync<ShareAccessed>(e => e.Action == "deltaSharingGetFile");
        (read.RecipientId, read.RecipientName).ShouldBe((Acme.Id, "acme"));
        (read.Share, read.Schema, read.Table).ShouldBe(("sales", "shop", "orders"));
        var query = await Process.Events.WaitForAsync<ShareAccessed>(e => e.Action == "deltaSharingQueryTable");
        read.RequestId.ShouldBe(query.RequestId);
    }

    [Fact]
    public async Task The_record_of_an_address_whose_time_is_over_names_them_too()
    {
        var url = await FileUrlAsync();
        Process.Time.Advance(TimeSpan.FromDays(1));

        (await Process.Stranger.GetAnswerAsync(url)).ShouldBe(HttpStatusCode.Forbidden);

        var read = await Process.Events.WaitForAsync<ShareAccessed>(e => e.Action == "deltaSharingGetFile");
        (read.Status, read.RecipientName, read.Share, read.Table).ShouldBe((403, "acme", "sales", "orders"));
    }

    [Fact]
    public async Task A_recipient_that_was_deleted_meanwhile_is_named_all_the_same()
    {
        var url = await FileUrlAsync();
        await Process.PublishAsync(RecipientEvents.Deleted(Acme.Id, "acme"));

        (await Process.Stranger.GetAnswerAsync(url)).ShouldBe(HttpStatusCode.OK);

        (await Process.Events.WaitForAsync<ShareAccessed>(e => e.Action == "deltaSharingGetFile")).RecipientName.ShouldBe("acme");
    }

    [Fact]
    public async Task An_address_that_was_changed_names_nobody()
    {
        var url = await FileUrlAsync();

        (await Process.Stranger.GetAnswerAsync(url.Replace("shop", "shoq", StringComparison.Ordinal))).ShouldBe(HttpStatusCode.Forbidden);

        var read = await Process.Events.WaitForAsync<ShareAccessed>(e => e.Action == "deltaSharingGetFile");
        (read.RecipientId, read.Share, read.Table).ShouldBe((null, null, null));
    }

    [Fact]
    public async Task The_address_does_not_tell_the_recipient_our_name_for_it() => (await FileUrlAsync()).ShouldNotContain("acme");

    private async Task<string> FileUrlAsync()
    {
        var table = NewTable("orders-on-disk");
        table.Commit(table.Add("part-0.parquet", rows: 3));
        var path = await ShareAsync("orders", table);
        var answer = (await QueryAsync(path, "{}")).ShouldBe(HttpStatusCode.OK);
        return new Uri(answer.Files().Single().GetProperty("url").GetString()!).PathAndQuery;
    }
}
