using System.CommandLine;
using Tideway.Cli.CommandLine;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Snapshots;
using Tideway.DuckDb;
using Tideway.ObjectStorage;
using Tideway.ObjectStorage.Local;

namespace Tideway.Cli.Tables;

/// <summary>A table that a command line names, and which version of it.</summary>
internal sealed class LocalTable
{
    public Argument<string> Path { get; } = Symbols.Text("PATH", "Folder of the table, or its file:// address");

    public Option<long?> Version { get; } = Symbols.Number("--version", "The version to look at; else the latest", "VERSION");

    public Option<DateTimeOffset?> Timestamp { get; } = Symbols.Time("--timestamp", "The version that was there at this time, such as 2026-11-23T10:00:00Z");

    public Option<bool> FilesOutside { get; } =
        Symbols.Flag("--allow-outside-files", "Read data files that the log gives by an absolute path outside the table's folder, as shallow clones do");

    /// <summary>The table, which need not be there yet.</summary>
    public DeltaTable Open(Call call) => new(new LocalObjectStore(Folder(call.Get(Path))), call.Environment.Time);

    /// <summary>Reads its rows.</summary>
    public TableReader Reader(Call call) => new(Open(call).Store, call.Get(FilesOutside));

    /// <summary>Folders that its data files may be in.</summary>
    public IReadOnlyList<string> Folders(Call call) => [call.Get(FilesOutside) ? "/" : Folder(call.Get(Path))];

    /// <summary>The version that is asked for.</summary>
    public async Task<Snapshot> LoadAsync(Call call, CancellationToken cancellationToken) =>
        await Open(call).LoadAsync(await FindVersionAsync(call, cancellationToken), cancellationToken);

    /// <summary>The number of the version that is asked for; <see langword="null"/> for the latest one.</summary>
    public async Task<long?> FindVersionAsync(Call call, CancellationToken cancellationToken)
    {
        if (call.Has(Version) && call.Has(Timestamp))
            throw new CliFailure(ExitCode.Usage, "--version and --timestamp cannot both be given.");
        var table = Open(call);
        var version = call.Get(Version);
        if (call.Get(Timestamp) is { } time)
        {
            version =
                await table.VersionAtOrBeforeAsync(time, null, cancellationToken)
                ?? throw new CliFailure(ExitCode.NotFound, $"The log of {call.Get(Path)} does not go back to {time.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}.");
        }

        return version;
    }

    /// <summary>Runs what works on tables; what the engines throw becomes a message and an exit code.</summary>
    public static async Task GuardAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (DeltaLogException exception)
        {
            throw new CliFailure(ExitCodeOf(exception.Error), exception.Message, exception);
        }
        catch (DuckDbException exception) when (exception.Error is DuckDbError.Parser or DuckDbError.Syntax or DuckDbError.Binder or DuckDbError.Catalog)
        {
            throw new CliFailure(ExitCode.Usage, exception.Message, exception);
        }
        catch (Exception exception) when (exception is DuckDbException or ObjectStorageException)
        {
            throw new CliFailure(ExitCode.Failed, exception.Message, exception);
        }
    }

    private static int ExitCodeOf(DeltaLogError error) =>
        error switch
        {
            DeltaLogError.NotADeltaTable or DeltaLogError.VersionNotFound => ExitCode.NotFound,
            DeltaLogError.TableExists or DeltaLogError.Conflict or DeltaLogError.AppendOnly or DeltaLogError.ColumnExists or DeltaLogError.ColumnInUse =>
                ExitCode.Conflict,
            DeltaLogError.InvalidData or DeltaLogError.InvalidProperty or DeltaLogError.RetentionTooShort => ExitCode.Usage,
            _ => ExitCode.Failed,
        };

    private static string Folder(string path)
    {
        if (!path.Contains("://", StringComparison.Ordinal))
            return System.IO.Path.GetFullPath(path);
        if (Uri.TryCreate(path, UriKind.Absolute, out var address) && address.IsFile)
            return address.LocalPath;
        throw new CliFailure(ExitCode.Usage, $"PATH must be a folder on this machine or a file:// address; got '{path}'.");
    }
}
