using Tideway.Hosting.Database;
using Tideway.ShareRegistry.Catalog;
using Tideway.ShareRegistry.Grants;
using Tideway.ShareRegistry.Recipients;
using Tideway.ShareRegistry.Shares;
using Tideway.ShareRegistry.Storage;
using Tideway.ShareRegistry.Tests.Hosts;

namespace Tideway.ShareRegistry.Tests.Catalog;

/// <summary>What is kept of the catalog is never older than its last change, whatever the engine.</summary>
public abstract class CatalogMemoryContract : IAsyncLifetime
{
    private Recipient acme = null!;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected Replica One { get; private set; } = null!;

    private protected Recipient Acme => acme;

    private protected abstract Task<ShareRegistryDatabase> OpenAsync();

    public virtual async ValueTask InitializeAsync()
    {
        One = new Replica(await OpenAsync());
        acme = await AddRecipientAsync("acme");
        await One.Shares.CreateAsync(new NewShare("sales"), "me", Token);
        (await ChangeAsync(new TableChange.Add(Table("orders")))).ShouldBeNull();
        await GrantAsync(true);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await One.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_table_looked_up_again_comes_from_memory()
    {
        var first = await FindAsync("orders");
        await using (var transaction = await One.Database.BeginAsync(Token))
        {
            // Behind the back of the stores, so that only a new look would notice.
            await transaction.ExecuteAsync("UPDATE shared_table SET location = 'file:///elsewhere'", null, Token);
            await transaction.CommitAsync(Token);
        }

        (await FindAsync("ORDERS")).ShouldBe(first);
        (await FindAsync("orders")).ShouldNotBeNull().Location.ShouldBe("file:///lake/orders");
    }

    [Fact]
    public async Task Every_change_of_what_a_recipient_may_see_shows_with_the_next_call()
    {
        (await FindAsync("orders")).ShouldNotBeNull();
        (await FindAsync("items")).ShouldBeNull();

        (await ChangeAsync(new TableChange.Add(Table("items")))).ShouldBeNull();
        (await FindAsync("items")).ShouldNotBeNull();

        (await ChangeAsync(new TableChange.Update("s.orders") { HistoryShared = true, StartVersion = 3 })).ShouldBeNull();
        (await FindAsync("orders")).ShouldNotBeNull().StartVersion.ShouldBe(3);

        (await One.Shares.ChangeAsync("sales", new ShareChange { NewName = "Selling" }, "me", Token)).Refusal.ShouldBeNull();
        (await FindAsync("orders")).ShouldBeNull();
        (await FindAsync("orders", "selling")).ShouldNotBeNull().ShareName.ShouldBe("Selling");
        (await One.Shares.ChangeAsync("selling", new ShareChange { NewName = "sales" }, "me", Token)).Refusal.ShouldBeNull();

        (await ChangeAsync(new TableChange.Remove(null, "s.items"))).ShouldBeNull();
        (await FindAsync("items")).ShouldBeNull();

        await GrantAsync(false);
        (await FindAsync("orders")).ShouldBeNull();
        await GrantAsync(true);
        (await FindAsync("orders")).ShouldNotBeNull();

        await using (var transaction = await One.Database.BeginAsync(Token))
        {
            await One.Grants.RevokeAllAsync(transaction, acme, Token);
            await transaction.CommitAsync(Token);
        }

        (await FindAsync("orders")).ShouldBeNull();
        await GrantAsync(true);
        (await FindAsync("orders")).ShouldNotBeNull();
        (await One.Shares.DeleteAsync("sales", "me", Token)).ShouldBeNull();
        (await FindAsync("orders")).ShouldBeNull();
    }

    [Fact]
    public async Task Whoever_asks_after_a_grant_was_taken_away_is_not_given_what_was_there_before()
    {
        for (var round = 0; round < 15; round++)
        {
            await GrantAsync(true);
            using var stop = new CancellationTokenSource();
            var readers = Enumerable.Range(0, 4).Select(_ => ReadAsync(stop.Token)).ToList();
            await GrantAsync(false);

            (await FindAsync("orders")).ShouldBeNull($"in round {round}");

            await stop.CancelAsync();
            await Task.WhenAll(readers);
        }
    }

    [Fact]
    public async Task A_change_that_is_not_made_leaves_what_is_kept()
    {
        await FindAsync("orders");
        var before = await One.Revision.FindAsync(Token);

        (await ChangeAsync(new TableChange.Add(Table("orders")))).ShouldNotBeNull();

        (await One.Revision.FindAsync(Token)).ShouldBe(before);
    }

    private protected Task<GrantedTable?> FindAsync(string table, string share = "sales") => FindAsync(One, table, share);

    private protected async Task<GrantedTable?> FindAsync(Replica replica, string table, string share = "sales") =>
        await replica.Catalog.FindTableAsync(acme.RecipientId, share, "s", table, Token);

    private protected async Task GrantAsync(bool grant) => (await One.Grants.ChangeAsync("sales", [new GrantChange(acme, grant)], "me", Token)).ShouldBeNull();

    private async Task ReadAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await FindAsync("orders");
            await Task.Yield();
        }
    }

    private async Task<Refusal?> ChangeAsync(TableChange change) =>
        (await One.Shares.ChangeAsync("sales", new ShareChange { Tables = [change] }, "me", Token)).Refusal;

    private async Task<Recipient> AddRecipientAsync(string name)
    {
        var recipient = new Recipient { RecipientId = Guid.CreateVersion7(), Name = name };
        await using var transaction = await One.Database.BeginAsync(Token);
        await new RecipientDirectory(One.Database, new NoBroker(), TimeProvider.System).KeepAsync(transaction, recipient, 1, false, Token);
        await transaction.CommitAsync(Token);
        return recipient;
    }

    private static ShareTable Table(string name) =>
        new()
        {
            TableId = Guid.CreateVersion7(),
            SourceName = $"main.s.{name}",
            SchemaName = "s",
            TableName = name,
            Location = "file:///lake/" + name,
            AddedAt = DateTimeOffset.UnixEpoch,
            AddedBy = "me",
        };

    /// <summary>The stores and the memory of one process.</summary>
    private protected sealed class Replica : IAsyncDisposable
    {
        private readonly CatalogMemory memory;

        public Replica(ShareRegistryDatabase database)
        {
            Database = database;
            Revision = new CatalogRevision(database);
            memory = new CatalogMemory(Revision);
            Shares = new ShareStore(database, Revision, TimeProvider.System);
            Grants = new GrantStore(database, Revision, TimeProvider.System);
            Catalog = new GrantedCatalog(database, memory);
        }

        public ShareRegistryDatabase Database { get; }

        public CatalogRevision Revision { get; }

        public ShareStore Shares { get; }

        public GrantStore Grants { get; }

        public GrantedCatalog Catalog { get; }

        public async ValueTask DisposeAsync()
        {
            memory.Dispose();
            await Database.DisposeAsync();
        }
    }
}

public sealed class SqliteCatalogMemoryTests : CatalogMemoryContract
{
    private readonly string folder = Directory.CreateTempSubdirectory("tideway-catalog-memory-").FullName;

    private protected override Task<ShareRegistryDatabase> OpenAsync() => MigratedDatabase.OpenFileAsync(folder);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

[Trait("Needs", "Servers")]
public sealed class PostgresCatalogMemoryTests : CatalogMemoryContract
{
    private DatabaseOptions options = null!;

    [Fact]
    public async Task What_another_replica_changed_shows_with_the_next_call()
    {
        await using var two = new Replica(new ShareRegistryDatabase(options, TimeProvider.System));
        for (var round = 0; round < 10; round++)
        {
            (await FindAsync(two, "orders")).ShouldNotBeNull($"in round {round}");
            await GrantAsync(false);
            (await FindAsync(two, "orders")).ShouldBeNull($"in round {round}");
            await GrantAsync(true);
        }
    }

    [Fact]
    public async Task Changes_of_two_replicas_at_a_time_do_not_wait_for_each_other_in_a_circle()
    {
        await using var two = new Replica(new ShareRegistryDatabase(options, TimeProvider.System));
        await One.Shares.CreateAsync(new NewShare("other"), "me", Token);

        var changes = Enumerable
            .Range(0, 20)
            .SelectMany(i =>
                new[]
                {
                    One.Grants.ChangeAsync("sales", [new GrantChange(Acme, i % 2 == 0)], "me", Token),
                    two.Grants.ChangeAsync("other", [new GrantChange(Acme, i % 2 == 0)], "me", Token),
                }
            );

        (await Task.WhenAll(changes)).ShouldAllBe(refusal => refusal == null);
    }

    private protected override async Task<ShareRegistryDatabase> OpenAsync()
    {
        (var database, options) = await MigratedDatabase.OpenPostgresAsync();
        return database;
    }
}
