using System.Text.Json;

namespace Tideway.Benchmarks.Query;

/// <summary>
/// The least that makes calls durable: a line for each, written to a file that has its size already, as a database's log has, and one flush to the disk for all that came
/// while the one before went on. There is no database, nobody is told of the lines, and nobody reads them.
/// </summary>
internal sealed class PlainJournal : IDisposable
{
    private const int Size = 64 * 1024 * 1024;

    private readonly FileStream stream;
    private readonly Lock gate = new();
    private MemoryStream lines = new();
    private TaskCompletionSource gathering = NewGroup();
    private bool isWriting;

    public PlainJournal(string file)
    {
        stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        stream.Write(new byte[Size]);
        stream.Flush(flushToDisk: true);
        stream.Position = 0;
    }

    /// <summary>Completes once the line is on the disk.</summary>
    public Task WriteAsync(string path)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                requestId = Guid.CreateVersion7(),
                path,
                at = TimeProvider.System.GetUtcNow(),
            }
        );
        lock (gate)
        {
            lines.Write(line);
            lines.WriteByte((byte)'\n');
            if (!isWriting)
            {
                isWriting = true;
                ThreadPool.UnsafeQueueUserWorkItem(static journal => journal.WriteGroups(), this, preferLocal: false);
            }

            return gathering.Task;
        }
    }

    public void Dispose() => stream.Dispose();

    private static TaskCompletionSource NewGroup() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void WriteGroups()
    {
        var empty = new MemoryStream();
        while (true)
        {
            MemoryStream full;
            TaskCompletionSource group;
            lock (gate)
            {
                if (lines.Length == 0)
                {
                    isWriting = false;
                    return;
                }

                (full, lines) = (lines, empty);
                (group, gathering) = (gathering, NewGroup());
            }

            if (stream.Position + full.Length > Size)
                stream.Position = 0;
            stream.Write(full.GetBuffer().AsSpan(0, (int)full.Length));
            stream.Flush(flushToDisk: true);
            group.SetResult();
            full.SetLength(0);
            empty = full;
        }
    }
}
