using Microsoft.AspNetCore.Builder;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Server;

public sealed class AnswerTurnsTests
{
    private static readonly CancellationToken Test = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Look = AnswerTurns.Patience;

    private readonly ManualTimeProvider time = new();

    [Theory]
    [InlineData(1, true, 1)]
    [InlineData(1, false, 1)]
    [InlineData(8, true, 4)]
    [InlineData(8, false, 8)]
    public async Task As_many_have_a_turn_as_the_processors_can_send(int processors, bool linesAreReady, int atATime)
    {
        var turns = new AnswerTurns(processors, time);
        var begun = Enumerable.Range(0, atATime + 1).Select(_ => turns.BeginAsync(linesAreReady, Test).AsTask()).ToList();

        var first = await Task.WhenAll(begun[..^1]);
        begun[^1].IsCompleted.ShouldBeFalse();

        first[0].Dispose();
        (await begun[^1]).Dispose();
    }

    [Fact]
    public async Task Turns_come_in_the_order_in_which_they_were_waited_for()
    {
        var turns = new AnswerTurns(1, time);
        var turn = await turns.BeginAsync(linesAreReady: true, Test);
        var waiting = Enumerable.Range(0, 3).Select(_ => turns.BeginAsync(linesAreReady: true, Test).AsTask()).ToList();

        foreach (var next in waiting)
        {
            next.IsCompleted.ShouldBeFalse();
            turn.Dispose();
            turn = await next;
        }
    }

    [Fact]
    public async Task A_turn_ends_by_itself_where_nothing_leaves()
    {
        var turns = new AnswerTurns(1, time);
        using var stuck = await turns.BeginAsync(linesAreReady: true, Test);
        var next = turns.BeginAsync(linesAreReady: true, Test).AsTask();

        stuck.PortionHasLeft();
        time.Advance(Look);
        next.IsCompleted.ShouldBeFalse();
        time.Advance(Look);

        (await next).Dispose();
    }

    [Fact]
    public async Task A_turn_ends_by_itself_when_it_has_lasted_long_however_much_leaves()
    {
        var turns = new AnswerTurns(1, time);
        using var endless = await turns.BeginAsync(linesAreReady: true, Test);
        var next = turns.BeginAsync(linesAreReady: true, Test).AsTask();

        for (var passed = Look; passed < AnswerTurns.Longest; passed += Look)
        {
            endless.PortionHasLeft();
            time.Advance(Look);
            next.IsCompleted.ShouldBeFalse();
        }

        endless.PortionHasLeft();
        time.Advance(Look);

        (await next).Dispose();
    }

    [Fact]
    public async Task A_turn_that_ended_twice_is_one()
    {
        var turns = new AnswerTurns(1, time);
        var turn = await turns.BeginAsync(linesAreReady: true, Test);
        time.Advance(Look);
        turn.Dispose();
        turn.Dispose();

        using var one = await turns.BeginAsync(linesAreReady: true, Test);
        turns.BeginAsync(linesAreReady: true, Test).AsTask().IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Who_goes_while_waiting_takes_no_turn()
    {
        var turns = new AnswerTurns(1, time);
        var turn = await turns.BeginAsync(linesAreReady: true, Test);
        using var gone = new CancellationTokenSource();
        var waiting = turns.BeginAsync(linesAreReady: true, gone.Token).AsTask();

        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);
        turn.Dispose();

        (await turns.BeginAsync(linesAreReady: true, Test)).Dispose();
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, null)]
    [InlineData(true, "gzip")]
    public async Task Clients_that_do_not_read_hold_nobody_up(bool linesAreReady, string? coding)
    {
        var lines = new byte[32 * 1024 * 1024];
        new Random(4).NextBytes(lines);
        var kept = new KeptLines((_, _) => true) { Lines = lines };
        await using var host = await ProtocolHost.StartAsync(group =>
            group.MapGet(
                "/lines",
                () =>
                    new TableAnswer
                    {
                        TableVersion = 5,
                        Protocol = new ProtocolLine { MinReaderVersion = 1 },
                        Metadata = new MetadataLine { Id = "m", SchemaString = "{}" },
                        Body = (writer, token) => writer.WriteLinesAsync(lines, token),
                        BodyLength = linesAreReady ? lines.Length : null,
                        Kept = coding is null ? null : kept,
                    }
            )
        );
        // Made and kept in full by the first, so that those after it find it ready.
        if (coding is not null)
            (await ReadAsync(host.Client, coding)).ShouldBeGreaterThan(lines.Length);

        var held = new List<HttpResponseMessage>();
        foreach (var _ in Enumerable.Range(0, 3))
            held.Add(await SendAsync(host.Client, coding));

        (await ReadAsync(host.Client, coding).WaitAsync(TimeSpan.FromMinutes(1), Test)).ShouldBeGreaterThan(lines.Length);
        held.ForEach(answer => answer.Dispose());
    }

    private static async Task<long> ReadAsync(HttpClient client, string? coding)
    {
        using var answer = await SendAsync(client, coding);
        await using var body = await answer.Content.ReadAsStreamAsync(Test);
        await using var count = new MemoryStream();
        await body.CopyToAsync(count, Test);
        return count.Length;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string? coding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "lines");
        if (coding is not null)
            request.Headers.AcceptEncoding.ParseAdd(coding);
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Test);
        return answer.EnsureSuccessStatusCode();
    }
}
