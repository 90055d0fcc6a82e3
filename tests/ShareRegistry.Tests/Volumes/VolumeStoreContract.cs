using Tideway.ShareRegistry.Catalog;
using Tideway.ShareRegistry.Grants;
using Tideway.ShareRegistry.Recipients;
using Tideway.ShareRegistry.Shares;
using Tideway.ShareRegistry.Storage;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.ShareRegistry.Volumes;

namespace Tideway.ShareRegistry.Tests.Volumes;

/// <summary>What the stores do with volumes, whatever the engine.</summary>
public abstract class VolumeStoreContract : IAsyncLifetime
{
    private ShareRegistryDatabase database = null!;
    private ShareStore shares = null!;
    private GrantedCatalog catalog = null!;
    private CatalogRevision revision = null!;
    private CatalogMemory memory = null!;
    private GrantedVolumes granted = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected abstract Task<ShareRegistryDatabase> OpenAsync();

    public async ValueTask InitializeAsync()
    {
        database = await OpenAsync();
        revision = new CatalogRevision(database);
        memory = new CatalogMemory(revision);
        shares = new ShareStore(database, revision, TimeProvider.System);
        catalog = new GrantedCatalog(database, memory);
        granted = new GrantedVolumes(database);
    }

    public virtual async ValueTask DisposeAsync()
    {
        memory.Dispose();
        await database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_volume_is_read_as_it_was_written_and_changed()
    {
        await shares.CreateAsync(new NewShare("sales"), "me", Token);
        var volume = Volume("Docs", "Manuals") with { Comment = "c" };

        (await ChangeAsync("sales", new VolumeChange.Add(volume))).ShouldBeNull();
        var added = (await shares.FindAsync("SALES", Token))!;
        (await ChangeAsync("sales", new VolumeChange.Update("docs.manuals") { Location = "file:///lake/other", Comment = "d" })).ShouldBeNull();
        var changed = (await shares.FindAsync("sales", Token))!;
        (await ChangeAsync("sales", new VolumeChange.Remove(null, "DOCS.manuals"))).ShouldBeNull();

        var stored = volume with { ShareId = added.ShareId };
        added.Volumes.ShouldHaveSingleItem().ShouldBe(stored);
        added.Tables.ShouldBeEmpty();
        changed.Volumes.ShouldHaveSingleItem().ShouldBe(stored with { Location = "file:///lake/other", Comment = "d" });
        changed.Revision.ShouldBe(added.Revision + 1);
        (await shares.FindAsync("sales", Token))!.Volumes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_table_and_a_volume_may_have_one_name_two_volumes_may_not()
    {
        await shares.CreateAsync(new NewShare("sales"), "me", Token);

        (await ChangeAsync("sales", new TableChange.Add(Table("s", "x", "file:///lake/t")))).ShouldBeNull();
        (await ChangeAsync("sales", new VolumeChange.Add(Volume("s", "x")))).ShouldBeNull();

        (await ChangeAsync("sales", new VolumeChange.Add(Volume("S", "X")))).ShouldNotBeNull().Code.ShouldBe("RESOURCE_ALREADY_EXISTS");
    }

    [Fact]
    public async Task A_removed_share_takes_its_volumes_along()
    {
        await shares.CreateAsync(new NewShare("sales"), "me", Token);
        await ChangeAsync("sales", new VolumeChange.Add(Volume("s", "x", "file:///lake/docs")));

        await shares.DeleteAsync("sales", "me", Token);
        await shares.CreateAsync(new NewShare("sales"), "me", Token);

        (await shares.FindAsync("sales", Token))!.Volumes.ShouldBeEmpty();
        (await ChangeAsync("sales", new TableChange.Add(Table("s", "t", "file:///lake/docs")))).ShouldBeNull();
    }

    [Theory]
    [InlineData("file:///lake/a", "file:///lake/a")]
    [InlineData("file:///lake/a", "file:///lake/a/b")]
    [InlineData("file:///lake/a/b", "file:///lake/a")]
    [InlineData("s3://bucket/a", "s3a://bucket/a/b")]
    public async Task Tables_and_volumes_of_whatever_shares_never_have_files_in_common(string table, string volume)
    {
        await shares.CreateAsync(new NewShare("one"), "me", Token);
        await shares.CreateAsync(new NewShare("two"), "me", Token);

        (await ChangeAsync("one", new TableChange.Add(Table("s", "t", table)))).ShouldBeNull();
        var refused = (await ChangeAsync("two", new VolumeChange.Add(Volume("s", "v", volume)))).ShouldNotBeNull();
        (refused.Status, refused.Code).ShouldBe((409, "LOCATION_OVERLAP"));
        refused.Message.ShouldContain($"volume 's.v', {volume}, overlaps with that of table 'one.s.t', {table}");
        (await shares.FindAsync("two", Token))!.Volumes.ShouldBeEmpty();

        await ChangeAsync("one", new TableChange.Remove("main.s.t", null));
        (await ChangeAsync("two", new VolumeChange.Add(Volume("s", "v", volume)))).ShouldBeNull();
        (await ChangeAsync("one", new TableChange.Add(Table("s", "t", table)))).ShouldNotBeNull().Code.ShouldBe("LOCATION_OVERLAP");
        await ChangeAsync("one", new TableChange.Add(Table("s", "t", "file:///lake/elsewhere")));
        (await ChangeAsync("one", new TableChange.Update("main.s.t") { Location = table })).ShouldNotBeNull().Code.ShouldBe("LOCATION_OVERLAP");
        (await ChangeAsync("two", new VolumeChange.Update("main.s.v") { Location = "file:///lake" })).ShouldNotBeNull().Code.ShouldBe("LOCATION_OVERLAP");
    }

    [Fact]
    public async Task A_table_that_is_open_as_a_folder_and_one_below_it_never_are_both_shared()
    {
        await shares.CreateAsync(new NewShare("one"), "me", Token);
        await shares.CreateAsync(new NewShare("two"), "me", Token);
        var open = Table("s", "sales", "s3://lake/sales") with { HistoryShared = true, ChangeFeedShared = true, DirectoryAccess = true };

        (await ChangeAsync("one", new TableChange.Add(open))).ShouldBeNull();
        var refused = (await ChangeAsync("two", new TableChange.Add(Table("s", "hr", "s3a://lake/sales/hr")))).ShouldNotBeNull();
        (refused.Status, refused.Code).ShouldBe((409, "LOCATION_OVERLAP"));
        refused.Message.ShouldContain("directory_access_enabled of table 'one.s.sales' opens its whole folder, s3://lake/sales");
        (await ChangeAsync("two", new TableChange.Add(Table("s", "beside", "s3://lake/sales-2")))).ShouldBeNull();
        (await ChangeAsync("two", new TableChange.Add(Table("s", "same", "s3://lake/sales")))).ShouldBeNull();

        (await ChangeAsync("one", new TableChange.Update("main.s.sales") { DirectoryAccess = false })).ShouldBeNull();
        (await ChangeAsync("two", new TableChange.Add(Table("s", "hr", "s3a://lake/sales/hr")))).ShouldBeNull();
        (await ChangeAsync("one", new TableChange.Update("main.s.sales") { DirectoryAccess = true })).ShouldNotBeNull().Code.ShouldBe("LOCATION_OVERLAP");
    }

    [Fact]
    public async Task A_place_may_change_hands_in_one_change_and_volumes_may_lie_in_each_other()
    {
        await shares.CreateAsync(new NewShare("one"), "me", Token);
        await ChangeAsync("one", new TableChange.Add(Table("s", "t", "file:///lake/a")));

        var swap = new ShareChange
        {
            Tables = [new TableChange.Remove("main.s.t", null)],
            Volumes = [new VolumeChange.Add(Volume("s", "v", "file:///lake/a"))],
        };
        (await shares.ChangeAsync("one", swap, "me", Token)).Refusal.ShouldBeNull();
        (await ChangeAsync("one", new VolumeChange.Add(Volume("s", "inner", "file:///lake/a/b")))).ShouldBeNull();
        (await ChangeAsync("one", new VolumeChange.Update("main.s.v") { Comment = "only described" })).ShouldBeNull();
    }

    [Fact]
    public async Task Of_a_table_and_a_volume_that_are_added_to_two_shares_at_once_one_is_refused()
    {
        for (var i = 0; i < 10; i++)
        {
            await shares.CreateAsync(new NewShare($"a{i}"), "me", Token);
            await shares.CreateAsync(new NewShare($"b{i}"), "me", Token);

            var outcomes = await Task.WhenAll(
                ChangeAsync($"a{i}", new TableChange.Add(Table("s", "t", $"file:///lake/{i}/x"))),
                ChangeAsync($"b{i}", new VolumeChange.Add(Volume("s", "v", $"file:///lake/{i}")))
            );

            outcomes.Count(refusal => refusal is { Code: "LOCATION_OVERLAP" }).ShouldBe(1);
        }
    }

    [Fact]
    public async Task The_catalog_pages_volumes_in_the_order_of_their_keys_and_only_those_that_are_granted()
    {
        var acme = await GrantAsync("B", "y.two", "Y.one", "x.z");

        (await granted.ListAsync(acme, "b", "Y", "", 9, Token)).Select(v => v.VolumeName).ShouldBe(["one", "two"]);
        (await granted.ListAsync(acme, "b", "Y", "one", 9, Token)).Select(v => v.VolumeName).ShouldBe(["two"]);
        (await granted.ListAllAsync(acme, "b", ("x", "z"), 1, Token)).Select(v => v.VolumeName).ShouldBe(["one"]);
        (await granted.FindAsync(acme, "b", "X", "Z", Token)).ShouldNotBeNull().FullName.ShouldBe("B.x.z");
        (await granted.FindAsync(Guid.CreateVersion7(), "b", "X", "Z", Token)).ShouldBeNull();
        (await catalog.ListTablesAsync(acme, "b", "y", "", 9, Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_schema_with_tables_or_volumes_or_both_is_listed_once()
    {
        var acme = await GrantAsync("b", "Docs.v", "both.v");
        await ChangeAsync("b", new TableChange.Add(Table("BOTH", "t", "file:///lake/t1")));
        await ChangeAsync("b", new TableChange.Add(Table("shop", "t", "file:///lake/t2")));

        (await catalog.ListSchemasAsync(acme, "b", "", 9, Token)).Select(s => s.Key).ShouldBe(["both", "docs", "shop"]);
        (await catalog.ListSchemasAsync(acme, "b", "both", 1, Token)).Select(s => s.Name).ShouldBe(["Docs"]);
        (await catalog.FindSchemaAsync(acme, "b", "DOCS", Token)).ShouldNotBeNull().Name.ShouldBe("Docs");
        (await catalog.ListSchemasAsync(Guid.CreateVersion7(), "b", "", 9, Token)).ShouldBeEmpty();
    }

    private async Task<Guid> GrantAsync(string share, params string[] volumes)
    {
        var recipient = new Recipient { RecipientId = Guid.CreateVersion7(), Name = "acme" };
        await using (var transaction = await database.BeginAsync(Token))
        {
            await new RecipientDirectory(database, new NoBroker(), TimeProvider.System).KeepAsync(transaction, recipient, 1, deleted: false, Token);
            await transaction.CommitAsync(Token);
        }

        await shares.CreateAsync(new NewShare(share), "me", Token);
        foreach (var name in volumes.Select(volume => volume.Split('.')))
            (await ChangeAsync(share, new VolumeChange.Add(Volume(name[0], name[1])))).ShouldBeNull();
        (
            await new GrantStore(database, revision, TimeProvider.System).ChangeAsync(share, [new GrantChange(recipient, Grant: true)], "me", Token)
        ).ShouldBeNull();
        return recipient.RecipientId;
    }

    private async Task<Refusal?> ChangeAsync(string share, params VolumeChange[] volumes) =>
        (await shares.ChangeAsync(share, new ShareChange { Volumes = volumes }, "me", Token)).Refusal;

    private async Task<Refusal?> ChangeAsync(string share, params TableChange[] tables) =>
        (await shares.ChangeAsync(share, new ShareChange { Tables = tables }, "me", Token)).Refusal;

    private static ShareVolume Volume(string schema, string name, string? location = null) =>
        new()
        {
            VolumeId = Guid.CreateVersion7(),
            SourceName = $"main.{schema}.{name}",
            SchemaName = schema,
            VolumeName = name,
            Location = location ?? "file:///volumes/" + name,
            AddedAt = DateTimeOffset.UnixEpoch,
            AddedBy = "me",
        };

    private static ShareTable Table(string schema, string name, string location) =>
        new()
        {
            TableId = Guid.CreateVersion7(),
            SourceName = $"main.{schema}.{name}",
            SchemaName = schema,
            TableName = name,
            Location = location,
            AddedAt = DateTimeOffset.UnixEpoch,
            AddedBy = "me",
        };
}

public sealed class SqliteVolumeStoreTests : VolumeStoreContract
{
    private readonly string folder = Directory.CreateTempSubdirectory("tideway-registry-volumes-").FullName;

    private protected override Task<ShareRegistryDatabase> OpenAsync() => MigratedDatabase.OpenFileAsync(folder);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

[Trait("Needs", "Servers")]
public sealed class PostgresVolumeStoreTests : VolumeStoreContract
{
    private protected override async Task<ShareRegistryDatabase> OpenAsync() => (await MigratedDatabase.OpenPostgresAsync()).Database;
}
