using Tideway.ShareRegistry.Storage;
using Tideway.ShareRegistry.TableQuery;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.TableQuery;

/// <summary>What the store of queries that were not ready does, whatever the engine.</summary>
public abstract class AsyncQueryStoreContract : IAsyncLifetime
{
    private static readonly DateTimeOffset Begin = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    private readonly Guid acme = Guid.CreateVersion7();
    private readonly Guid table = Guid.CreateVersion7();
    private readonly ManualTimeProvider time = new(Begin);
    private ShareRegistryDatabase database = null!;
    private AsyncQueryStore store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static DateTimeOffset Since => Begin.AddHours(-6);

    private protected abstract Task<ShareRegistryDatabase> OpenAsync();

    public async ValueTask InitializeAsync()
    {
        database = await OpenAsync();
        store = new AsyncQueryStore(database, time);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_query_is_found_by_its_key_and_by_its_id_as_it_was_kept()
    {
        const string body = """{"predicateHints":["name = 'ü\u0000日本'"],"limitHint":9223372036854775807}""";
        await KeepAsync("k", body, version: long.MaxValue, "delta");

        var byKey = (await FindAsync("k")).ShouldNotBeNull();
        var byId = await store.FindByIdAsync(acme, table, byKey.QueryId, Since, Token);

        byKey.ShouldBe(
            new AsyncQuery
            {
                QueryId = byKey.QueryId,
                IdempotencyKey = "k",
                Body = body,
                TableVersion = long.MaxValue,
                FileIdHash = "delta",
            }
        );
        byId.ShouldBe(byKey);
        byKey.QueryId.Length.ShouldBe(48);
    }

    [Fact]
    public async Task A_query_is_there_for_its_recipient_and_table_only()
    {
        await KeepAsync("k");
        var id = (await FindAsync("k"))!.QueryId;

        (await store.FindByIdAsync(Guid.CreateVersion7(), table, id, Since, Token)).ShouldBeNull();
        (await store.FindByIdAsync(acme, Guid.CreateVersion7(), id, Since, Token)).ShouldBeNull();
        (await store.FindByKeyAsync(Guid.CreateVersion7(), table, "k", Since, Token)).ShouldBeNull();
        (await store.FindByKeyAsync(acme, Guid.CreateVersion7(), "k", Since, Token)).ShouldBeNull();
        (await FindAsync("other")).ShouldBeNull();
    }

    [Fact]
    public async Task The_first_who_uses_a_key_has_it_also_where_many_do_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => KeepAsync("k", $"body {i}")));
        var first = (await FindAsync("k")).ShouldNotBeNull();

        await KeepAsync("k", "later");

        (await FindAsync("k")).ShouldBe(first);
        (await store.CountWaitingAsync(acme, Since, Token)).ShouldBe(new WaitingQueries { Everyone = 1, Own = 1 });
    }

    [Fact]
    public async Task Those_that_were_answered_wait_no_more_and_keep_the_time_of_the_first_answer()
    {
        await KeepAsync("one");
        await KeepAsync("two");
        var id = (await FindAsync("one"))!.QueryId;

        time.Advance(TimeSpan.FromMinutes(1));
        await store.MarkAnsweredAsync(id, Token);
        time.Advance(TimeSpan.FromMinutes(1));
        await store.MarkAnsweredAsync(id, Token);

        (await FindAsync("one"))!.AnsweredAt.ShouldBe(Begin.AddMinutes(1));
        (await FindAsync("two"))!.AnsweredAt.ShouldBeNull();
        (await store.CountWaitingAsync(acme, Since, Token)).ShouldBe(new WaitingQueries { Everyone = 1, Own = 1 });
        (await store.CountWaitingAsync(Guid.CreateVersion7(), Since, Token)).ShouldBe(new WaitingQueries { Everyone = 1, Own = 0 });
    }

    [Fact]
    public async Task What_is_too_old_is_not_there_and_goes_with_the_next_that_is_kept()
    {
        await KeepAsync("old");
        var id = (await FindAsync("old"))!.QueryId;

        (await store.FindByKeyAsync(acme, table, "old", Begin, Token)).ShouldBeNull();
        (await store.FindByIdAsync(acme, table, id, Begin, Token)).ShouldBeNull();
        (await store.CountWaitingAsync(acme, Begin, Token)).ShouldBe(new WaitingQueries());
        time.Advance(TimeSpan.FromHours(1));
        await store.KeepAsync(acme, table, "old", "again", 2, null, since: Begin, Token);

        var again = (await FindAsync("old")).ShouldNotBeNull();
        (again.Body, again.TableVersion).ShouldBe(("again", 2));
        again.QueryId.ShouldNotBe(id);
        (await store.FindByIdAsync(acme, table, id, Since, Token)).ShouldBeNull();
    }

    private Task KeepAsync(string key, string body = "{}", long version = 1, string? fileIdHash = null) =>
        store.KeepAsync(acme, table, key, body, version, fileIdHash, Since, Token);

    private Task<AsyncQuery?> FindAsync(string key) => store.FindByKeyAsync(acme, table, key, Since, Token);
}

public sealed class SqliteAsyncQueryStoreTests : AsyncQueryStoreContract
{
    private readonly string folder = Directory.CreateTempSubdirectory("tideway-registry-queries-").FullName;

    private protected override Task<ShareRegistryDatabase> OpenAsync() => MigratedDatabase.OpenFileAsync(folder);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

[Trait("Needs", "Servers")]
public sealed class PostgresAsyncQueryStoreTests : AsyncQueryStoreContract
{
    private protected override async Task<ShareRegistryDatabase> OpenAsync() => (await MigratedDatabase.OpenPostgresAsync()).Database;
}
