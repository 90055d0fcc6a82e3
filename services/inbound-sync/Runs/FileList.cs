using System.IO.Pipelines;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Tables;

namespace Tideway.InboundSync.Runs;

/// <summary>
/// A provider's list of files, put aside on disk before the first of them is read: the answer is over soon however long the downloads take, it is known
/// how much there is, and memory does not grow with the number of files.
/// </summary>
internal sealed class FileList : IAsyncDisposable
{
    private readonly FileStream file;

    private FileList(FileStream file) => this.file = file;

    /// <summary>Files in the list.</summary>
    public long Count { get; private set; }

    /// <summary>Their length in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether rows of any of them are deleted.</summary>
    public bool HasVectors { get; private set; }

    /// <summary>How many bytes of memory the deleted rows of all of them can take where their rows are read.</summary>
    public long VectorBytes { get; private set; }

    /// <summary>Reads lines to their end and keeps the files that are wanted. The list goes when it is disposed of.</summary>
    public static async Task<FileList> GatherAsync(
        IAsyncEnumerable<SharingLine> lines,
        Func<SharedFile, bool> isWanted,
        string folder,
        CancellationToken cancellationToken
    )
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
            BufferSize = 0,
        };
        // The addresses in it are as good as credentials while they last.
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var list = new FileList(new FileStream(Path.Combine(folder, $"{Guid.CreateVersion7():N}.files"), options));
        try
        {
            await list.FillAsync(lines, isWanted, cancellationToken);
            return list;
        }
        catch
        {
            await list.DisposeAsync();
            throw;
        }
    }

    /// <summary>The files, from the first on.</summary>
    public IAsyncEnumerable<SharedFile> ReadAsync(CancellationToken cancellationToken)
    {
        file.Position = 0;
        return NdjsonReader.ReadAsync(file, cancellationToken: cancellationToken).Select(line => SharedFile.Of(line)!);
    }

    public ValueTask DisposeAsync() => file.DisposeAsync();

    private async Task FillAsync(IAsyncEnumerable<SharingLine> lines, Func<SharedFile, bool> isWanted, CancellationToken cancellationToken)
    {
        var output = PipeWriter.Create(file, new StreamPipeWriterOptions(leaveOpen: true, minimumBufferSize: 64 * 1024));
        using var writer = new NdjsonWriter(output, 64 * 1024);
        await foreach (var line in lines.WithCancellation(cancellationToken))
        {
            if (SharedFile.Of(line) is not { } wanted || !isWanted(wanted))
                continue;
            await writer.WriteAsync(line, cancellationToken);
            Count++;
            Bytes += wanted.Size;
            if (wanted.Vector is { } vector)
            {
                HasVectors = true;
                VectorBytes += vector.MostBytesHeld;
            }
        }

        await writer.FlushAsync(cancellationToken);
        await output.CompleteAsync();
    }
}
