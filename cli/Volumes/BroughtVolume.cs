using System.Text.Json;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Volumes;

namespace Tideway.Cli.Volumes;

/// <summary>Files of a volume on their way into a folder, several at a time. What is not whole yet is in a folder of its own beside them, which goes at the end.</summary>
internal sealed class BroughtVolume : IDisposable
{
    private const int AtOnce = 4;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    private readonly Call call;
    private readonly VolumeDownloader downloader;
    private readonly VolumeFolder folder;
    private readonly string within;
    private readonly string making;
    private readonly ClaimedPaths claimed;
    private readonly UnfetchedFiles unfetched;
    private readonly Lock gate = new();
    private long begun;
    private long bytes;
    private int fetched;
    private int kept;
    private long told;
    private bool isWithinClaimed;

    /// <param name="call">The command.</param>
    /// <param name="downloader">Fetches.</param>
    /// <param name="folder">Where the files go.</param>
    /// <param name="within">The path in the volume that the files are taken from, which is left out of theirs.</param>
    public BroughtVolume(Call call, VolumeDownloader downloader, string folder, string within)
    {
        this.call = call;
        this.downloader = downloader;
        this.folder = new VolumeFolder(folder);
        this.within = within;
        var name = $".tideway-{Guid.CreateVersion7():N}";
        making = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        claimed = new ClaimedPaths(isFolding: Directory.Exists(Path.Combine(folder, name.ToUpperInvariant())));
        unfetched = new UnfetchedFiles(call.Output);
        told = call.Environment.Time.GetTimestamp();
    }

    /// <summary>Brings the files. One that does not come ends nothing for the others, unless the reason is one that all have.</summary>
    public async Task BringAsync(IAsyncEnumerable<VolumeFile> files, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Claim(files), options, async (item, token) => await BringAsync(item.File, item.Path, item.Fault, token));
    }

    /// <summary>Tells how many files came, and of each that did not; throws where one did not.</summary>
    public void End()
    {
        TellUnfetched();
        if (unfetched.Count > 0)
            throw unfetched.ToFailure(fetched + kept + unfetched.Count);
    }

    /// <summary>Tells how many files came, and of each that did not.</summary>
    public void TellUnfetched()
    {
        call.Output.Message($"{fetched} files, {BytesText.Of(Interlocked.Read(ref bytes))}{(kept > 0 ? $"; {kept} were here already" : "")}.");
        unfetched.TellAll();
    }

    public void Dispose() => Directory.Delete(making, recursive: true);

    // One after another and in their order, so that of two that claim one name it is always the same that gets it.
    private async IAsyncEnumerable<(VolumeFile File, string Path, string? Fault)> Claim(IAsyncEnumerable<VolumeFile> files)
    {
        await foreach (var file in files)
        {
            var path = RelativePath(file.Path);
            if (file.Path == within && !isWithinClaimed)
            {
                isWithinClaimed = true;
                claimed.ClaimApart(path);
                yield return (file, path, null);
            }
            else
            {
                yield return (file, path, claimed.FindFault(path));
            }
        }
    }

    private async ValueTask BringAsync(VolumeFile file, string path, string? fault, CancellationToken cancellationToken)
    {
        try
        {
            if (fault is not null)
                throw new DeltaSharingException(DeltaSharingError.MalformedAnswer, fault);
            await FetchAsync(file, folder.Prepare(path), cancellationToken);
        }
        catch (DeltaSharingException exception)
        {
            lock (gate)
            {
                if (unfetched.EndsAll(exception))
                    throw;
                unfetched.Add(file.Path, exception);
            }
        }
    }

    private async Task FetchAsync(VolumeFile file, string local, CancellationToken cancellationToken)
    {
        if (VolumeDownloader.IsThere(file, local))
        {
            Tell(file, local, "kept");
            return;
        }

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
            unfetched.NoteSuccess();
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
