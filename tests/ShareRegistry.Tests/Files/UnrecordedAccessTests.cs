using System.Net;
using Tideway.ShareRegistry.Storage;
using Tideway.ShareRegistry.Tests.Hosts;

namespace Tideway.ShareRegistry.Tests.Files;

public sealed class UnrecordedAccessTests : IAsyncLifetime
{
    private RegistryProcess process = null!;

    public async ValueTask InitializeAsync() => process = await RegistryProcess.StartAsync();

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    public async Task What_cannot_be_recorded_is_not_answered()
    {
        var acme = await process.AddRecipientAsync("acme");
        var table = LakeTable.Create(Path.Combine(process.Lake, "orders"));
        await process.CreateShareAsync("sales");
        await process.ShareTableAsync("sales", "shop.orders", table.Folder);
        await process.GrantAsync("sales", acme);
        const string query = "/delta-sharing/shares/sales/schemas/shop/tables/orders/query";
        var file = new Uri((await acme.Http.PostAnswerAsync(query, "{}")).Files()[0].GetProperty("url").GetString()!).PathAndQuery;
        await RenameOutboxAsync("outbox_message", "outbox_away");

        var refused = (await acme.Http.PostAnswerAsync(query, "{}")).ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.ProtocolCode.ShouldBe("TEMPORARILY_UNAVAILABLE");
        refused.Text.ShouldNotContain("sig=");
        (await process.Stranger.GetAnswerAsync(file)).ShouldBe(HttpStatusCode.ServiceUnavailable).ProtocolCode.ShouldBe("TEMPORARILY_UNAVAILABLE");
        (await process.Stranger.GetAnswerAsync("/delta-sharing/shares")).ShouldBe(HttpStatusCode.ServiceUnavailable);

        await RenameOutboxAsync("outbox_away", "outbox_message");
        (await process.Stranger.GetAnswerAsync(file)).ShouldBe(HttpStatusCode.OK);
    }

    private async Task RenameOutboxAsync(string from, string to)
    {
        await using var transaction = await process.Get<ShareRegistryDatabase>().BeginAsync(CancellationToken.None);
        await transaction.ExecuteAsync($"ALTER TABLE {from} RENAME TO {to}", null, CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
    }
}
