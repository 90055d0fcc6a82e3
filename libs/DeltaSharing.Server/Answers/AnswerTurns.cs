using System.Diagnostics.CodeAnalysis;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>
/// Large answers take turns once their first lines have left: as many at a time as the processors can send at full speed, first come, first served. Side by side, all of them
/// would end late, and the first lines of a new one would wait behind portions of all the others. A turn is about processors: an answer whose client does not keep up, or that is
/// very long, gives its turn back and goes on without one.
/// </summary>
/// <param name="processors">How many there are.</param>
/// <param name="time">Measures turns.</param>
[SuppressMessage(
    "Reliability",
    "CA1001",
    Justification = "A turn can end after the process's services have been disposed of, and holds nothing that needs it."
)]
internal sealed class AnswerTurns(int processors, TimeProvider time)
{
    /// <summary>How long a turn lasts in which nothing leaves; a portion takes a hundredth of it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(10);

    /// <summary>How long any turn lasts; some 100,000 lines leave in it.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(100);

    // Lines that lie ready keep two processors busy, the one that hands them on and the one that sends them.
    private readonly SemaphoreSlim ready = new(Math.Max(1, processors / 2));
    private readonly SemaphoreSlim made = new(processors);

    /// <summary>Waits for a turn.</summary>
    /// <param name="linesAreReady">Whether the lines only need to be sent, and not to be made.</param>
    /// <param name="cancellationToken">Cancelled when the client has gone.</param>
    public async ValueTask<Turn> BeginAsync(bool linesAreReady, CancellationToken cancellationToken)
    {
        var places = linesAreReady ? ready : made;
        await places.WaitAsync(cancellationToken);
        return new Turn(places, time);
    }

    /// <summary>A turn that has come. It ends when it is disposed of, or earlier, by itself.</summary>
    internal sealed class Turn : IDisposable
    {
        private readonly SemaphoreSlim places;
        private readonly TimeProvider time;
        private readonly long begun;
        private readonly ITimer watch;
        private int sent;
        private int seen;
        private bool hasEnded;

        public Turn(SemaphoreSlim places, TimeProvider time)
        {
            (this.places, this.time, begun) = (places, time, time.GetTimestamp());
            watch = time.CreateTimer(static turn => ((Turn)turn!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            // Not before it is known here: on a busy machine its time can come first.
            watch.Change(Patience, Patience);
        }

        /// <summary>Tells that a portion has left.</summary>
        public void PortionHasLeft() => Interlocked.Increment(ref sent);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref hasEnded, true))
                return;
            watch.Dispose();
            places.Release();
        }

        private void Look()
        {
            var now = Volatile.Read(ref sent);
            if (now == seen || time.GetElapsedTime(begun) >= Longest)
                Dispose();
            seen = now;
        }
    }
}
