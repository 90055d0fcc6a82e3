using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tideway.Contracts.ShareRegistry;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.Hosting.Messaging;
using Tideway.ShareRegistry.Storage;
using Tideway.ShareRegistry.Tests.Hosts;

namespace Tideway.ShareRegistry.Tests.Access;

public sealed class AccessSpoolTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("tideway-spool-").FullName;
    private ShareRegistryDatabase database = null!;

    public async ValueTask InitializeAsync() => database = await MigratedDatabase.OpenFileAsync(folder);

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Many_accesses_become_durable_in_few_transactions()
    {
        using var spool = NewSpool(new AccessSpoolOptions { BatchSize = 150 });
        // All wait before the first group is written.
        var waiting = Enumerable.Range(0, 400).Select(i => spool.RecordAsync(Access(i))).ToList();
        await spool.StartAsync(TestContext.Current.CancellationToken);
        await Task.WhenAll(waiting);

        var groups = await database.QueryAsync<string>("SELECT body FROM outbox_message ORDER BY sequence", null, TestContext.Current.CancellationToken);
        groups.Count.ShouldBe(3);
        groups.SelectMany(group => JsonSerializer.Deserialize<SharesAccessed>(group, EventJson.Options)!.Accesses).Count().ShouldBe(400);
        await spool.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task An_access_is_durable_when_its_caller_goes_on()
    {
        using var spool = NewSpool(new AccessSpoolOptions());
        await spool.StartAsync(TestContext.Current.CancellationToken);
        for (var i = 1; i <= 20; i++)
        {
            await spool.RecordAsync(Access(i));
            (await CountAsync("SELECT count(*) FROM outbox_message")).ShouldBe(i);
        }

        await spool.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Accesses_of_many_callers_at_a_time_are_each_on_record_once()
    {
        using var spool = NewSpool(new AccessSpoolOptions { BatchSize = 7 });
        await spool.StartAsync(TestContext.Current.CancellationToken);

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 500),
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = TestContext.Current.CancellationToken },
            async (i, _) => await spool.RecordAsync(Access(i))
        );

        await spool.StopAsync(CancellationToken.None);
        var groups = await database.QueryAsync<string>("SELECT body FROM outbox_message", null, TestContext.Current.CancellationToken);
        var recorded = groups.SelectMany(group => JsonSerializer.Deserialize<SharesAccessed>(group, EventJson.Options)!.Accesses);
        recorded.Select(access => access.RequestId).Order().ShouldBe(Enumerable.Range(0, 500).Select(i => $"r{i}").Order());
    }

    [Fact]
    public async Task A_group_belongs_to_the_trace_of_none_of_its_callers()
    {
        using var spool = NewSpool(new AccessSpoolOptions());
        await spool.StartAsync(TestContext.Current.CancellationToken);
        using var activity = new Activity("call").Start();

        await spool.RecordAsync(Access(1));

        Activity.Current.ShouldBe(activity);
        await spool.StopAsync(CancellationToken.None);
        (await CountAsync("SELECT count(*) FROM outbox_message WHERE trace_parent IS NULL")).ShouldBe(1);
    }

    [Fact]
    public async Task More_than_may_wait_are_refused_at_once()
    {
        using var spool = NewSpool(new AccessSpoolOptions { QueueLength = 3 });
        var waiting = Enumerable.Range(0, 3).Select(i => spool.RecordAsync(Access(i))).ToList();

        await Should.ThrowAsync<AccessSpoolException>(() => spool.RecordAsync(Access(4)));

        await spool.StartAsync(TestContext.Current.CancellationToken);
        await Task.WhenAll(waiting);
        await spool.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task What_cannot_be_written_is_refused_to_everybody_who_waits()
    {
        using var spool = NewSpool(new AccessSpoolOptions());
        await ExecuteAsync("ALTER TABLE outbox_message RENAME TO outbox_away");
        var waiting = Enumerable.Range(0, 10).Select(i => spool.RecordAsync(Access(i))).ToList();
        await spool.StartAsync(TestContext.Current.CancellationToken);

        foreach (var access in waiting)
            (await Should.ThrowAsync<AccessSpoolException>(() => access)).InnerException.ShouldNotBeNull();

        await ExecuteAsync("ALTER TABLE outbox_away RENAME TO outbox_message");
        await spool.RecordAsync(Access(11));
        await spool.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task An_access_that_takes_too_long_is_refused()
    {
        using var spool = NewSpool(new AccessSpoolOptions { Timeout = TimeSpan.FromMilliseconds(100) });

        await Should.ThrowAsync<AccessSpoolException>(() => spool.RecordAsync(Access(1)));
    }

    [Fact]
    public async Task Who_comes_to_those_that_waited_too_long_is_refused_and_not_on_record()
    {
        using var spool = NewSpool(new AccessSpoolOptions { Timeout = TimeSpan.FromMilliseconds(100) });
        await Should.ThrowAsync<AccessSpoolException>(() => spool.RecordAsync(Access(1)));

        await Should.ThrowAsync<AccessSpoolException>(() => spool.RecordAsync(Access(2)));

        await spool.StartAsync(TestContext.Current.CancellationToken);
        await spool.StopAsync(CancellationToken.None);
        var group = await database.QueryFirstOrDefaultAsync<string>("SELECT body FROM outbox_message", null, TestContext.Current.CancellationToken);
        group.ShouldNotBeNull().ShouldContain("\"r1\"");
        group.ShouldNotContain("\"r2\"");
    }

    [Fact]
    public async Task Stopping_writes_what_waits_and_refuses_what_comes()
    {
        using var spool = NewSpool(new AccessSpoolOptions());
        var waiting = Enumerable.Range(0, 50).Select(i => spool.RecordAsync(Access(i))).ToList();
        await spool.StartAsync(TestContext.Current.CancellationToken);
        await spool.StopAsync(CancellationToken.None);

        await Task.WhenAll(waiting);
        await Should.ThrowAsync<AccessSpoolException>(() => spool.RecordAsync(Access(51)));
    }

    private AccessSpool<ShareRegistryDatabase, ShareAccessed> NewSpool(AccessSpoolOptions options) =>
        new(
            database,
            accesses => new SharesAccessed { Accesses = accesses, OccurredAt = accesses[^1].OccurredAt },
            Options.Create(options),
            TimeProvider.System,
            NullLogger<AccessSpool<ShareRegistryDatabase, ShareAccessed>>.Instance
        );

    private static ShareAccessed Access(int number) =>
        new()
        {
            AccessId = Guid.CreateVersion7(),
            RequestId = $"r{number}",
            Action = "test",
            Status = 200,
            OccurredAt = DateTimeOffset.UnixEpoch,
        };

    private Task<long> CountAsync(string sql) => database.QueryFirstOrDefaultAsync<long>(sql, null, CancellationToken.None);

    private async Task ExecuteAsync(string sql)
    {
        await using var transaction = await database.BeginAsync(CancellationToken.None);
        await transaction.ExecuteAsync(sql, null, CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
    }
}
