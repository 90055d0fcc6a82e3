using Tideway.ShareRegistry.Catalog;
using Tideway.ShareRegistry.Grants;
using Tideway.ShareRegistry.Recipients;
using Tideway.ShareRegistry.Shares;
using Tideway.ShareRegistry.Storage;
using Tideway.ShareRegistry.Tests.Hosts;

namespace Tideway.ShareRegistry.Tests.Shares;

/// <summary>What the stores do, whatever the engine.</summary>
public abstract class StoreContract : IAsyncLifetime
{
    private ShareRegistryDatabase database = null!;
    private ShareStore shares = null!;
    private GrantStore grants = null!;
    private RecipientDirectory directory = null!;
    private GrantedCatalog catalog = null!;
    private CatalogMemory memory = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected abstract Task<ShareRegistryDatabase> OpenAsync();

    public async ValueTask InitializeAsync()
    {
        database = await OpenAsync();
        var revision = new CatalogRevision(database);
        memory = new CatalogMemory(revision);
        shares = new ShareStore(database, revision, TimeProvider.System);
        grants = new GrantStore(database, revision, TimeProvider.System);
        directory = new RecipientDirectory(database, new NoBroker(), TimeProvider.System);
        catalog = new GrantedCatalog(database, memory);
    }

    public virtual async ValueTask DisposeAsync()
    {
        memory.Dispose();
        await database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_share_with_its_tables_is_read_as_it_was_written()
    {
        (
            await shares.CreateAsync(
                new NewShare("Sales")
                {
                    Comment = "a comment",
                    DisplayName = "The Sales",
                    Properties = """{"a":"1"}""",
                },
                "me",
                Token
            )
        ).Value.ShouldNotBeNull();
        var table = Table("Shop", "Orders") with { HistoryShared = true, ChangeFeedShared = true, StartVersion = 7, DirectoryAccess = true, Comment = "c" };

        var changed = await shares.ChangeAsync("sALES", new ShareChange { Tables = [new TableChange.Add(table)] }, "you", Token);

        changed.Refusal.ShouldBeNull();
        var read = (await shares.FindAsync("SALES", Token)).ShouldNotBeNull();
        (read.Name, read.Comment, read.Owner, read.Revision, read.CreatedBy, read.UpdatedBy).ShouldBe(("Sales", "a comment", "me", 2, "me", "you"));
        (read.DisplayName, read.Properties).ShouldBe(("The Sales", """{"a":"1"}"""));
        read.Tables.ShouldHaveSingleItem().ShouldBe(table with { ShareId = read.ShareId, AddedAt = read.Tables[0].AddedAt });
        read.UpdatedAt.ShouldBeGreaterThanOrEqualTo(read.CreatedAt);
    }

    [Fact]
    public async Task A_description_is_changed_in_parts_and_what_recipients_see_of_it_follows()
    {
        var acme = await AddRecipientAsync("acme");
        await ShareAsync("sales", acme, "s.t");
        var described = new ShareChange
        {
            DisplayName = "The Sales",
            SetsProperties = true,
            Properties = """{"a":"1"}""",
        };

        (await shares.ChangeAsync("sales", described, "me", Token)).Value!.Revision.ShouldBe(4);
        (await shares.ChangeAsync("sales", described, "me", Token)).Value!.Revision.ShouldBe(4);
        await shares.ChangeAsync("sales", new ShareChange { Comment = "c" }, "me", Token);

        var seen = (await catalog.FindShareAsync(acme.RecipientId, "SALES", Token)).ShouldNotBeNull();
        (seen.DisplayName, seen.Comment, seen.Properties).ShouldBe(("The Sales", "c", """{"a":"1"}"""));
        await shares.ChangeAsync("sales", new ShareChange { DisplayName = "", SetsProperties = true }, "me", Token);
        seen = (await catalog.ListSharesAsync(acme.RecipientId, "", 9, Token)).ShouldHaveSingleItem();
        (seen.DisplayName, seen.Comment, seen.Properties).ShouldBe((null, "c", null));
    }

    [Fact]
    public async Task A_name_is_given_once_even_to_many_at_a_time()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shares.CreateAsync(new NewShare("same"), "me", Token)));

        outcomes.Count(outcome => outcome.Value is not null).ShouldBe(1);
        outcomes.Where(outcome => outcome.Value is null).ShouldAllBe(outcome => outcome.Refusal!.Code == "SHARE_ALREADY_EXISTS");
    }

    [Fact]
    public async Task Changes_of_one_share_at_a_time_are_all_made_and_counted()
    {
        await shares.CreateAsync(new NewShare("sales"), "me", Token);

        await Task.WhenAll(
            Enumerable
                .Range(0, 10)
                .Select(i => shares.ChangeAsync("sales", new ShareChange { Tables = [new TableChange.Add(Table("s", $"t{i}"))] }, "me", Token))
        );

        var read = (await shares.FindAsync("sales", Token)).ShouldNotBeNull();
        (read.Revision, read.Tables.Count).ShouldBe((11, 10));
    }

    [Fact]
    public async Task A_share_cannot_take_the_name_of_another()
    {
        await shares.CreateAsync(new NewShare("one"), "me", Token);
        await shares.CreateAsync(new NewShare("two"), "me", Token);

        (await shares.ChangeAsync("one", new ShareChange { NewName = "TWO" }, "me", Token)).Refusal!.Code.ShouldBe("SHARE_ALREADY_EXISTS");
        (await shares.ChangeAsync("none", new ShareChange { NewName = "x" }, "me", Token)).Refusal!.Code.ShouldBe("SHARE_DOES_NOT_EXIST");
    }

    [Fact]
    public async Task A_refused_change_leaves_the_share_as_it_was()
    {
        await shares.CreateAsync(new NewShare("sales"), "me", Token);

        await shares.ChangeAsync("sales", new ShareChange { Comment = "new", Tables = [new TableChange.Remove("none", null)] }, "me", Token);

        var read = (await shares.FindAsync("sales", Token)).ShouldNotBeNull();
        (read.Comment, read.Revision).ShouldBe((null, 1));
    }

    [Fact]
    public async Task There_are_a_thousand_shares_and_no_more()
    {
        await using (var transaction = await database.BeginAsync(Token))
        {
            for (var i = 0; i < 1000; i++)
            {
                var row = new { id = Guid.CreateVersion7(), name = $"s{i}" };
                await transaction.ExecuteAsync(
                    "INSERT INTO share (share_id, name, name_key, revision, created_at, created_by, updated_at, updated_by) VALUES (@id, @name, @name, 1, 0, 'me', 0, 'me')",
                    row,
                    Token
                );
            }

            await transaction.CommitAsync(Token);
        }

        (await shares.CreateAsync(new NewShare("one more"), "me", Token)).Refusal!.Code.ShouldBe("RESOURCE_LIMIT_EXCEEDED");
        await shares.DeleteAsync("s7", "me", Token);
        (await shares.CreateAsync(new NewShare("one more"), "me", Token)).Value.ShouldNotBeNull();
        (await shares.ListAsync("s998", 10, Token)).Select(share => share.Name).ShouldBe(["s999"]);
    }

    [Fact]
    public async Task A_removed_share_takes_its_tables_and_grants_along()
    {
        var acme = await AddRecipientAsync("acme");
        await ShareAsync("sales", acme, "s.t");

        (await shares.DeleteAsync("SALES", "me", Token)).ShouldBeNull();
        await shares.CreateAsync(new NewShare("sales"), "me", Token);

        (await shares.FindAsync("sales", Token))!.Tables.ShouldBeEmpty();
        (await grants.FindRecipientsAsync("sales", Token)).ShouldBeEmpty();
        (await catalog.ListSharesAsync(acme.RecipientId, "", 10, Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_catalog_pages_in_the_order_of_its_keys()
    {
        var acme = await AddRecipientAsync("acme");
        await ShareAsync("B", acme, "y.two", "Y.one", "x.z");
        await ShareAsync("a", acme, "s.t");

        (await catalog.ListSharesAsync(acme.RecipientId, "", 1, Token)).Select(s => s.Name).ShouldBe(["a"]);
        (await catalog.ListSharesAsync(acme.RecipientId, "a", 9, Token)).Select(s => s.Name).ShouldBe(["B"]);
        (await catalog.ListSchemasAsync(acme.RecipientId, "b", "", 9, Token)).Select(s => s.Key).ShouldBe(["x", "y"]);
        (await catalog.ListTablesAsync(acme.RecipientId, "b", "Y", "one", 9, Token)).Select(t => t.TableName).ShouldBe(["two"]);
        (await catalog.ListAllTablesAsync(acme.RecipientId, "b", ("x", "z"), 1, Token)).Select(t => t.TableName).ShouldBe(["one"]);
        (await catalog.FindTableAsync(acme.RecipientId, "b", "X", "Z", Token)).ShouldNotBeNull().FullName.ShouldBe("B.x.z");
        (await catalog.FindTableAsync(Guid.CreateVersion7(), "b", "X", "Z", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_what_is_told_of_a_recipient_the_greatest_revision_counts_in_any_order()
    {
        var id = Guid.CreateVersion7();
        await KeepAsync(new Recipient { RecipientId = id, Name = "new" }, 2, deleted: false);
        await KeepAsync(new Recipient { RecipientId = id, Name = "old" }, 1, deleted: false);
        (await directory.FindAsync("NEW", Token)).ShouldNotBeNull().RecipientId.ShouldBe(id);
        (await directory.FindAsync("old", Token)).ShouldBeNull();

        await KeepAsync(new Recipient { RecipientId = id, Name = "new" }, 9, deleted: true);
        await KeepAsync(new Recipient { RecipientId = id, Name = "newer" }, 8, deleted: false);
        (await directory.FindAsync("new", Token)).ShouldBeNull();
        (await directory.FindAsync("newer", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_recipient_that_ends_while_it_is_granted_holds_no_grant()
    {
        for (var i = 0; i < 10; i++)
        {
            var acme = await AddRecipientAsync($"acme{i}");
            await shares.CreateAsync(new NewShare($"s{i}"), "me", Token);
            await Task.WhenAll(
                grants.ChangeAsync($"s{i}", [new GrantChange(acme, Grant: true)], "me", Token),
                Task.Run(
                    async () =>
                    {
                        await using var transaction = await database.BeginAsync(Token);
                        await directory.KeepAsync(transaction, acme, 5, deleted: true, Token);
                        await grants.RevokeAllAsync(transaction, acme, Token);
                        await transaction.CommitAsync(Token);
                    },
                    Token
                )
            );

            (
                await database.QueryFirstOrDefaultAsync<long>("SELECT count(*) FROM share_grant WHERE recipient_id = @id", new { id = acme.RecipientId }, Token)
            ).ShouldBe(0);
        }
    }

    private async Task ShareAsync(string share, Recipient recipient, params string[] tables)
    {
        await shares.CreateAsync(new NewShare(share), "me", Token);
        var added = tables.Select(name => name.Split('.')).Select(name => new TableChange.Add(Table(name[0], name[1])));
        (await shares.ChangeAsync(share, new ShareChange { Tables = [.. added] }, "me", Token)).Refusal.ShouldBeNull();
        (await grants.ChangeAsync(share, [new GrantChange(recipient, Grant: true)], "me", Token)).ShouldBeNull();
    }

    private async Task<Recipient> AddRecipientAsync(string name)
    {
        var recipient = new Recipient { RecipientId = Guid.CreateVersion7(), Name = name };
        await KeepAsync(recipient, 1, deleted: false);
        return recipient;
    }

    private async Task KeepAsync(Recipient recipient, long revision, bool deleted)
    {
        await using var transaction = await database.BeginAsync(Token);
        await directory.KeepAsync(transaction, recipient, revision, deleted, Token);
        await transaction.CommitAsync(Token);
    }

    private static ShareTable Table(string schema, string name) =>
        new()
        {
            TableId = Guid.CreateVersion7(),
            SourceName = $"main.{schema}.{name}",
            SchemaName = schema,
            TableName = name,
            Location = "file:///lake/" + name,
            AddedAt = DateTimeOffset.UnixEpoch,
            AddedBy = "me",
        };
}

public sealed class SqliteStoreTests : StoreContract
{
    private readonly string folder = Directory.CreateTempSubdirectory("tideway-registry-store-").FullName;

    private protected override Task<ShareRegistryDatabase> OpenAsync() => MigratedDatabase.OpenFileAsync(folder);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

[Trait("Needs", "Servers")]
public sealed class PostgresStoreTests : StoreContract
{
    private protected override async Task<ShareRegistryDatabase> OpenAsync() => (await MigratedDatabase.OpenPostgresAsync()).Database;
}
