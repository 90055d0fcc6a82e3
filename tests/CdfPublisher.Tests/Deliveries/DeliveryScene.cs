using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Tideway.CdfPublisher.Deliveries;
using Tideway.CdfPublisher.Shares;
using Tideway.CdfPublisher.Subscriptions;
using Tideway.CdfPublisher.Tests.Support;
using Tideway.Hosting.Database;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Web;
using Tideway.Testing;

namespace Tideway.CdfPublisher.Tests.Deliveries;

/// <summary>A recipient that subscribed to a share of two tables, its endpoint, and the service that tells it.</summary>
public abstract class DeliveryScene(DatabaseEngine engine) : IAsyncLifetime
{
    private protected readonly TempFolder storage = new();
    private protected readonly ShareEvents share = new();
    private protected readonly ManualTimeProvider time = new();
    private protected readonly KnownTokens tokens = new();
    private protected TestDatabase database = null!;
    private protected PublisherHost host = null!;
    private protected PartnerEndpoint partner = null!;
    private protected DeltaFolder orders = null!;
    private protected DeltaFolder lines = null!;
    private protected Credential recipient = null!;
    private protected Subscription subscription = null!;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(engine);
        partner = await PartnerEndpoint.StartAsync();
        recipient = tokens.AddRecipient(share.Token, share.RecipientId, share.RecipientName);
        host = await StartAsync();
        orders = new DeltaFolder(storage.Path, "orders").Create();
        lines = new DeltaFolder(storage.Path, "lines").Create();
        await share.CreateAsync(host, 1, ShareEvents.TableAt(orders.Location), ShareEvents.TableAt(lines.Location, "lines"));
        await share.GrantAsync(host, 2);
        await host.CatchUpAsync();
        subscription = await SubscribeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
            await host.DisposeAsync();
        if (partner is not null)
            await partner.DisposeAsync();
        database?.Dispose();
        storage.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Checks a signature by the text of Standard Webhooks alone.</summary>
    private protected static bool Verifies(ReceivedNotice notice, string secret)
    {
        secret.ShouldStartWith("whsec_");
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        key.Length.ShouldBeInRange(24, 64);
        var content = $"{notice.Headers["webhook-id"]}.{notice.Headers["webhook-timestamp"]}.{notice.Body}";
        var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(content)));
        return notice.Headers["webhook-signature"].Split(' ').Contains(expected);
    }

    private protected SubscriptionStore Subscriptions => host.Services.GetRequiredService<SubscriptionStore>();

    private protected Task<PublisherHost> StartAsync() => PublisherHost.StartAsync(database, storage.Path, tokens, time);

    private protected async Task CommitAsync(DeltaFolder table, long version)
    {
        table.Append(version);
        await host.CatchUpAsync(verify: false);
    }

    private protected async Task<Subscription> SubscribeAsync((string, string)? table = null, string? endpoint = null)
    {
        var shares = host.Services.GetRequiredService<ShareStore>();
        var granted = await shares.FindGrantedShareAsync(recipient.Id, "sales", TestContext.Current.CancellationToken);
        var put = await Subscriptions.PutAsync(recipient, new Uri(endpoint ?? partner.Url), granted!, table, TestContext.Current.CancellationToken);
        return put!.Value.Subscription;
    }

    private protected async Task<Subscription> SubscriptionAsync() =>
        (await Subscriptions.FindAsync(recipient.Id, subscription.Id, TestContext.Current.CancellationToken))!;

    private protected Task<IReadOnlyList<Delivery>> DeliveriesAsync() =>
        host
            .Services.GetRequiredService<DeliveryBook>()
            .ListAsync(new DeliveryFilter(null, null, null, null, null, null), new PageRequest("", 500), TestContext.Current.CancellationToken);

    private protected async Task<PendingNotice> NextOfAsync(Guid subscriptionId)
    {
        var owner = await host.Database.QueryFirstOrDefaultAsync<string>("SELECT lease_owner FROM subscription", null, TestContext.Current.CancellationToken);
        return (await host.Services.GetRequiredService<DeliveryStore>().NextAsync(owner!, subscriptionId, TestContext.Current.CancellationToken))!;
    }
}
