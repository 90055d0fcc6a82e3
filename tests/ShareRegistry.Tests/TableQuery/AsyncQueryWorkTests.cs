using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tideway.ShareRegistry.TableQuery;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.TableQuery;

public sealed class AsyncQueryWorkTests : IDisposable
{
    private static readonly Guid Acme = Guid.CreateVersion7();
    private static readonly Guid Other = Guid.CreateVersion7();
    private static readonly Guid Table = Guid.CreateVersion7();

    private readonly AsyncQueryWork work = new(
        Options.Create(new AsyncQueryOptions { MaxAtOnce = 3, MaxAtOncePerRecipient = 2 }),
        NullLogger<AsyncQueryWork>.Instance
    );
    private readonly TaskCompletionSource<IResult> release = new();
    private int begun;

    public void Dispose()
    {
        release.TrySetCanceled();
        work.Dispose();
    }

    [Fact]
    public async Task There_is_one_piece_of_work_for_a_query_however_many_ask()
    {
        var pieces = Enumerable.Range(0, 50).Select(_ => work.Begin(new(Acme, Table, "k"), Wait)).ToList();

        pieces.ShouldAllBe(piece => piece != null && piece.Value.Work == pieces[0]!.Value.Work);
        pieces.Count(piece => piece!.Value.IsOwn).ShouldBe(1);
        await Eventually.Async(() => begun == 1);
        release.SetResult(Results.Ok());
        (await pieces[0]!.Value.Work).ShouldNotBeNull();
        work.Count.ShouldBe(0);
        begun.ShouldBe(1);
    }

    [Fact]
    public async Task A_recipient_and_all_together_have_only_so_many_at_a_time()
    {
        var first = work.Begin(new(Acme, Table, "1"), Wait);
        work.Begin(new(Acme, Table, "2"), Wait).ShouldNotBeNull();

        work.Begin(new(Acme, Table, "3"), Wait).ShouldBeNull();
        work.Begin(new(Other, Table, "3"), Wait).ShouldNotBeNull();
        work.Begin(new(Other, Table, "4"), Wait).ShouldBeNull();
        work.Begin(new(Acme, Table, "1"), Wait).ShouldNotBeNull().IsOwn.ShouldBeFalse();

        release.SetResult(Results.Ok());
        await first!.Value.Work;
        await Eventually.Async(() => work.Count == 0);
        work.Begin(new(Acme, Table, "3"), Wait).ShouldNotBeNull().IsOwn.ShouldBeTrue();
    }

    [Fact]
    public async Task Work_that_failed_makes_place_and_is_begun_anew_when_asked_for()
    {
        var failed = work.Begin(new(Acme, Table, "1"), _ => throw new InvalidDataException("The log is corrupt.")).ShouldNotBeNull();

        await Should.ThrowAsync<InvalidDataException>(() => failed.Work);

        work.Begin(new(Acme, Table, "1"), Wait).ShouldNotBeNull().IsOwn.ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_under_way_is_cancelled_when_the_process_stops_and_nothing_begins_after_that()
    {
        var piece = work.Begin(new(Acme, Table, "1"), Wait).ShouldNotBeNull();

        await work.StoppingAsync(CancellationToken.None);
        await work.StopAsync(CancellationToken.None);

        piece.Work.IsCanceled.ShouldBeTrue();
        work.Count.ShouldBe(0);
        work.Begin(new(Acme, Table, "2"), Wait).ShouldBeNull();
    }

    private async Task<IResult> Wait(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref begun);
        return await release.Task.WaitAsync(cancellationToken);
    }
}
