using Tideway.DeltaSharing.Client.Downloads;

namespace Tideway.DeltaSharing.Client.Volumes;

/// <summary>
/// Brings files of a volume to a local folder, in bounded memory. A break is resumed where it happened, with a fresh address where the one before has ended.
/// Safe to use from several threads.
/// </summary>
/// <param name="client">Asks the server for addresses.</param>
/// <param name="downloader">Reads by them.</param>
/// <param name="volume">The volume.</param>
public sealed class VolumeDownloader(DeltaSharingClient client, FileDownloader downloader, SharedVolumeName volume)
{
    /// <summary>Whether the file at <paramref name="destination"/> is this one already: of its size, and written when the server says that this one was.</summary>
    public static bool IsThere(VolumeFile file, string destination)
    {
        ArgumentNullException.ThrowIfNull(file);
        var local = new FileInfo(destination);
        // Disks differ in how fine their clocks are.
        return local.Exists
            && local.Length == file.Size
            && file.LastModified is { } written
            && (new DateTimeOffset(local.LastWriteTimeUtc, TimeSpan.Zero) - written).Duration() < TimeSpan.FromSeconds(2);
    }

    /// <summary>
    /// Downloads a file to a path whose folder exists. It gets its name, and the time when the server's was written, when it is whole and flushed to the disk;
    /// until then it is at <paramref name="temporary"/>, which is removed after a failure.
    /// </summary>
    /// <param name="file">The file, from a list of the volume.</param>
    /// <param name="destination">The path; best from <see cref="LocalFilePath.Below"/>. A file that is there is replaced.</param>
    /// <param name="temporary">A path on the same disk that nothing else uses.</param>
    /// <param name="progress">Is told how many bytes are there.</param>
    /// <param name="cancellationToken">Ends the download.</param>
    /// <exception cref="DeltaSharingException">
    /// Among others <see cref="DeltaSharingError.NotFound"/> (the file is gone), <see cref="DeltaSharingError.SizeMismatch"/> (it is another one meanwhile),
    /// <see cref="DeltaSharingError.LocalStorage"/>.
    /// </exception>
    public async Task<Download> DownloadAsync(
        VolumeFile file,
        string destination,
        string temporary,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentException.ThrowIfNullOrEmpty(destination);
        var given = file.Url;
        var download = await downloader
            .DownloadAsync(
                token => Interlocked.Exchange(ref given, null) is { } url ? Task.FromResult(url) : RenewAsync(file, token),
                temporary,
                file.Size,
                progress,
                cancellationToken
            )
            .ConfigureAwait(false);
        try
        {
            if (file.LastModified is { } written)
                File.SetLastWriteTimeUtc(temporary, written.UtcDateTime);
            File.Move(temporary, destination, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            File.Delete(temporary);
            throw new DeltaSharingException(DeltaSharingError.LocalStorage, $"Could not write {destination}: {exception.Message}", exception);
        }

        return download;
    }

    private async Task<Uri> RenewAsync(VolumeFile file, CancellationToken cancellationToken)
    {
        var now = await client.FindVolumeFileAsync(volume, file.Path, cancellationToken).ConfigureAwait(false);
        if (now is null)
            throw new DeltaSharingException(DeltaSharingError.NotFound, $"The file {file.Path} is no longer in the volume {volume}.");
        if (now.Size != file.Size)
            throw new DeltaSharingException(DeltaSharingError.SizeMismatch, $"The file {file.Path} of {volume} had {file.Size} bytes and has {now.Size} now.");
        return now.Url
            ?? throw new DeltaSharingException(DeltaSharingError.MalformedAnswer, $"The server gives no address of the file {file.Path} of {volume}.");
    }
}
