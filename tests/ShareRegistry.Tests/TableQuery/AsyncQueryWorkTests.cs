using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tideway.ShareRegistry.Catalog;
using Tideway.ShareRegistry.TableQuery;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.TableQuery;

public sealed class AsyncQueryWorkTests : IDisposable
{
    private static readonly Guid Acme = Guid.CreateVersion7();
    private static readonly Guid Other = Guid.CreateVersion7();
    private static readonly GrantedTable Table = new() { TableId = Guid.CreateVersion7(), HistoryShared = true };
    private static readonly PreparedAnswer Found = new(_ => Results.Ok());

    private readonly ManualTimeProvider time = new(DateTimeOffset.UnixEpoch);
    private readonly WrittenLog log = new();
    private readonly ILoggerFactory loggers;
    private readonly AsyncQueryWork work;
    private readonly TaskCompletionSource<PreparedAnswer> release = new();
    private int begun;

    public AsyncQueryWorkTests()
    {
        var options = new AsyncQueryOptions
        {
            MaxAtOnce = 3,
            MaxAtOncePerRecipient = 2,
            KeepFinished = TimeSpan.FromMinutes(1),
            MaxFinished = 4,
            MaxFinishedPerRecipient = 3,
        };
        loggers = LoggerFactory.Create(logging => logging.AddProvider(log));
        work = new AsyncQueryWork(Options.Create(options), time, loggers.CreateLogger<AsyncQueryWork>());
    }

    public void Dispose()
    {
        release.TrySetCanceled();
        work.Dispose();
        loggers.Dispose();
    }

    [Fact]
    public async Task There_is_one_piece_of_work_for_a_question_however_many_ask()
    {
        var pieces = Enumerable.Range(0, 50).Select(_ => work.Begin(KeyOf("k"), Wait)).ToList();

        pieces.ShouldAllBe(piece => piece != null && piece == pieces[0]);
        await Eventually.Async(() => begun == 1);
        release.SetResult(Found);
        (await pieces[0]!.Work).ShouldBe(Found);
        work.Count.ShouldBe(0);
        begun.ShouldBe(1);
    }

    [Fact]
    public async Task A_recipient_and_all_together_have_only_so_many_at_a_time()
    {
        var first = work.Begin(KeyOf("1"), Wait);
        work.Begin(KeyOf("2"), Wait).ShouldNotBeNull();

        work.Begin(KeyOf("3"), Wait).ShouldBeNull();
        work.Begin(KeyOf("3", Other), Wait).ShouldNotBeNull();
        work.Begin(KeyOf("4", Other), Wait).ShouldBeNull();
        work.Begin(KeyOf("1"), Wait).ShouldBe(first);

        release.SetResult(Found);
        await Eventually.Async(() => work.Count == 0);
        work.Begin(KeyOf("3"), Wait).ShouldNotBeNull();
    }

    [Fact]
    public async Task What_was_found_while_nobody_waited_is_told_to_the_next_who_asks_and_to_no_other()
    {
        await FinishAsync(KeyOf("1"));

        var piece = work.Begin(KeyOf("1"), Wait).ShouldNotBeNull();

        (await piece.Work).ShouldBe(Found);
        begun.ShouldBe(1);
        work.Tell(piece);
        work.FinishedCount.ShouldBe(0);
        work.Begin(KeyOf("1"), Wait).ShouldNotBeNull().ShouldNotBe(piece);
    }

    [Fact]
    public async Task Another_page_recipient_query_or_table_that_was_changed_is_another_question()
    {
        var key = KeyOf("1");
        await FinishAsync(key);
        work.Begin(key with { Table = Table with { } }, Wait).ShouldNotBeNull();
        work.Count.ShouldBe(0);

        AsyncQueryWork.Key[] others =
        [
            key with
            {
                Question = "page 2",
            },
            key with
            {
                RecipientId = Other,
            },
            key with
            {
                IdempotencyKey = "2",
            },
            key with
            {
                Table = Table with { HistoryShared = false },
            },
        ];

        foreach (var other in others)
            await FinishAsync(other);
        begun.ShouldBe(5);
    }

    [Fact]
    public async Task Only_so_much_is_kept_for_so_long_and_the_oldest_goes_first()
    {
        for (var i = 1; i <= 5; i++)
            await FinishAsync(KeyOf($"{i}"));
        work.FinishedCount.ShouldBe(3);
        await FinishAsync(KeyOf("1", Other));
        await FinishAsync(KeyOf("2", Other));
        work.FinishedCount.ShouldBe(4);
        begun.ShouldBe(7);
        work.Begin(KeyOf("4"), Wait).ShouldNotBeNull();
        work.Begin(KeyOf("1", Other), Wait).ShouldNotBeNull();
        work.Count.ShouldBe(0);

        time.Advance(TimeSpan.FromSeconds(40));
        work.Tell(work.Begin(KeyOf("5"), Wait)!);
        await FinishAsync(KeyOf("6"));
        time.Advance(TimeSpan.FromSeconds(30));
        work.FinishedCount.ShouldBe(1);
        time.Advance(TimeSpan.FromSeconds(30));
        work.FinishedCount.ShouldBe(0);
    }

    [Fact]
    public async Task Work_that_failed_makes_place_and_is_told_once()
    {
        var failed = work.Begin(KeyOf("1"), _ => throw new InvalidDataException("The log is corrupt.")).ShouldNotBeNull();
        await Should.ThrowAsync<InvalidDataException>(() => failed.Work);

        work.Begin(KeyOf("1"), Wait).ShouldBe(failed);
        work.Tell(failed);

        work.Begin(KeyOf("1"), Wait).ShouldNotBeNull().ShouldNotBe(failed);
        log.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_failure_that_nobody_asks_for_is_logged()
    {
        var failed = work.Begin(KeyOf("1"), _ => throw new InvalidDataException("The log is corrupt.")).ShouldNotBeNull();
        await Should.ThrowAsync<InvalidDataException>(() => failed.Work);

        time.Advance(TimeSpan.FromMinutes(1));

        await Eventually.Async(() => log.Lines.Any(line => line.Contains("The log is corrupt.", StringComparison.Ordinal)));
        work.FinishedCount.ShouldBe(0);
    }

    [Fact]
    public async Task Work_that_somebody_else_gave_up_is_a_failure_that_is_told_or_logged()
    {
        var failed = work.Begin(KeyOf("1"), _ => throw new TaskCanceledException("The store took too long.")).ShouldNotBeNull();

        (await Should.ThrowAsync<TimeoutException>(() => failed.Work)).InnerException.ShouldBeOfType<TaskCanceledException>();

        failed.Work.IsCanceled.ShouldBeFalse();
        work.Begin(KeyOf("1"), Wait).ShouldBe(failed);
        time.Advance(TimeSpan.FromMinutes(1));
        await Eventually.Async(() => log.Lines.Any(line => line.Contains("The store took too long.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_is_under_way_is_cancelled_when_the_process_stops_and_nothing_begins_after_that()
    {
        var piece = work.Begin(KeyOf("1"), Wait).ShouldNotBeNull();

        await work.StoppingAsync(CancellationToken.None);
        await work.StopAsync(CancellationToken.None);

        piece.Work.IsCanceled.ShouldBeTrue();
        work.Count.ShouldBe(0);
        work.FinishedCount.ShouldBe(0);
        work.Begin(KeyOf("2"), Wait).ShouldBeNull();
    }

    private static AsyncQueryWork.Key KeyOf(string idempotencyKey, Guid? recipientId = null) => new(recipientId ?? Acme, Table, idempotencyKey, "page 1");

    private async Task FinishAsync(AsyncQueryWork.Key key)
    {
        var piece = work.Begin(
                key,
                _ =>
                {
                    begun++;
                    return Task.FromResult(Found);
                }
            )
            .ShouldNotBeNull();
        await piece.Work;
    }

    private async Task<PreparedAnswer> Wait(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref begun);
        return await release.Task.WaitAsync(cancellationToken);
    }
}
