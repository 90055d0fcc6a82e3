using System.Text.Json;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;
using Tideway.DeltaSharing.Client.Volumes;

namespace Tideway.Cli.Volumes;

/// <summary>Files of a volume on their way into a folder, several at a time. What is not whole yet is in a folder of its own beside them, which goes at the end.</summary>
internal sealed class BroughtVolume : IDisposable
{
    private const int AtOnce = 4;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    private readonly Call call;
    private readonly VolumeDownloader downloader;
    private readonly string folder;
    private readonly string within;
    private readonly string making;
    private readonly Lock gate = new();
    private long begun;
    private long bytes;
    private int fetched;
    private int kept;
    private long told;

    /// <param name="call">The command.</param>
    /// <param name="downloader">Fetches.</param>
    /// <param name="folder">Where the files go.</param>
    /// <param name="within">The path in the volume that the files are taken from, which is left out of theirs.</param>
    public BroughtVolume(Call call, VolumeDownloader downloader, string folder, string within)
    {
        this.call = call;
        this.downloader = downloader;
        this.folder = folder;
        this.within = within;
        making = Directory.CreateDirectory(Path.Combine(folder, $".tideway-{Guid.CreateVersion7():N}")).FullName;
        told = call.Environment.Time.GetTimestamp();
    }

    /// <summary>How many files there were.</summary>
    public int Count => fetched + kept;

    public async Task BringAsync(IAsyncEnumerable<VolumeFile> files, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(files, options, async (file, token) => await BringAsync(file, token));
    }

    public void TellEnd() =>
        call.Output.Message($"{fetched} files, {BytesText.Of(Interlocked.Read(ref bytes))}{(kept > 0 ? $"; {kept} were here already" : "")}.");

    public void Dispose() => Directory.Delete(making, recursive: true);

    private async ValueTask BringAsync(VolumeFile file, CancellationToken cancellationToken)
    {
        var local = LocalFilePath.Below(folder, RelativePath(file.Path));
        if (VolumeDownloader.IsThere(file, local))
        {
            Tell(file, local, "kept");
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(local)!);
        var temporary = Path.Combine(making, $"{Interlocked.Increment(ref begun)}");
        await downloader.DownloadAsync(file, local, temporary, new Arrivals(this), cancellationToken);
        Tell(file, local, "fetched");
    }

    // A file that is asked for by its own path keeps its name only.
    private string RelativePath(string path) =>
        within.Length == 0 ? path
        : path == within ? path[(path.LastIndexOf('/') + 1)..]
        : path[(within.Length + 1)..];

    private void Tell(VolumeFile file, string local, string outcome)
    {
        var line = JsonSerializer.SerializeToElement(
            new
            {
                path = file.Path,
                file = local,
                size = file.Size,
                outcome,
            }
        );
        lock (gate)
        {
            if (outcome == "kept")
                kept++;
            else
                fetched++;
            call.Output.Line(line, _ => $"{outcome}  {local}");
        }
    }

    private void TellProgress()
    {
        var time = call.Environment.Time;
        var last = Interlocked.Read(ref told);
        if (time.GetElapsedTime(last) < ProgressInterval || Interlocked.CompareExchange(ref told, time.GetTimestamp(), last) != last)
            return;
        call.Output.Message($"{Volatile.Read(ref fetched)} files, {BytesText.Of(Interlocked.Read(ref bytes))} so far");
    }

    /// <summary>Counts the bytes of one file as they come; those that come again after a break count once.</summary>
    private sealed class Arrivals(BroughtVolume volume) : IProgress<long>
    {
        private long before;

        public void Report(long value)
        {
            Interlocked.Add(ref volume.bytes, value - before);
            before = value;
            volume.TellProgress();
        }
    }
}
