using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Tideway.DeltaSharing.Tests.Server;

/// <summary>The body of an answer that nobody takes any more, in the moment before the request is told so.</summary>
internal sealed class ReaderlessBody : IHttpResponseBodyFeature
{
    public Stream Stream => Stream.Null;

    public PipeWriter Writer { get; } = new GoneWriter();

    public void DisableBuffering() { }

    public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task CompleteAsync() => Task.CompletedTask;

    private sealed class GoneWriter : PipeWriter
    {
        private readonly byte[] buffer = new byte[1 << 20];

        public override void Advance(int bytes) { }

        public override Memory<byte> GetMemory(int sizeHint = 0) => buffer;

        public override Span<byte> GetSpan(int sizeHint = 0) => buffer;

        public override void CancelPendingFlush() { }

        public override void Complete(Exception? exception = null) { }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => new(new FlushResult(false, isCompleted: true));
    }
}
