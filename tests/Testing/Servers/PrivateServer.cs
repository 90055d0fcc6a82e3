using System.Diagnostics;

namespace Tideway.Testing.Servers;

/// <summary>
/// A server process that belongs to this test process. A shell between the two waits for the end of its input, which comes with the end of this
/// process however that comes about; it then ends the server and, unless told to keep it, removes the folder.
/// </summary>
internal sealed class PrivateServer : IAsyncDisposable
{
    private const string PidFile = "server.pid";

    // "stop" asks the server to end in its own time and keeps the folder; the end of the input ends it at once and removes the folder.
    private const string Watchdog = """
        # Signals to the whole process group reach this shell too; it must not end before its server does.
        trap '' INT HUP
        trap : TERM
        folder=$1; gentle=$2; harsh=$3; shift 3
        exec 2>>"$folder/watchdog.log"
        setsid "$@" >>"$folder/server.log" 2>&1 </dev/null &
        child=$!
        echo $child >"$folder/server.pid"
        if read -r word && [ "$word" = stop ]; then
            kill -s "$gentle" $child
            wait $child
        else
            kill -s "$harsh" -- -$child || kill -s "$harsh" $child
            wait $child
            rm -rf "$folder"
        fi
        """;

    private readonly Process shell;
    private readonly string folder;

    private PrivateServer(Process shell, string folder)
    {
        this.shell = shell;
        this.folder = folder;
    }

    public static PrivateServer Start(
        string folder,
        IReadOnlyDictionary<string, string> environment,
        string gentleSignal,
        string harshSignal,
        params string[] command
    )
    {
        File.Delete(Path.Combine(folder, PidFile));
        var start = new ProcessStartInfo("/bin/sh")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            WorkingDirectory = folder,
        };
        foreach (var argument in (string[])["-c", Watchdog, "watchdog", folder, gentleSignal, harshSignal, .. command])
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new PrivateServer(Process.Start(start)!, folder);
    }

    /// <summary>Waits until <paramref name="ready"/> says so; throws with the end of the server's log where it ended or took too long.</summary>
    public async Task WaitUntilReadyAsync(Func<Task<bool>> ready, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (!await ready())
        {
            if (HasEnded() || watch.Elapsed > TimeSpan.FromSeconds(120))
                throw new InvalidOperationException($"The server in {folder} did not get ready: {await LogAsync(cancellationToken)}");
            await Task.Delay(100, cancellationToken);
        }
    }

    /// <summary>Has the server end in its own time; its folder stays.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await shell.StandardInput.WriteLineAsync("stop".AsMemory(), cancellationToken);
        await shell.StandardInput.FlushAsync(cancellationToken);
        await shell.WaitForExitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (!shell.HasExited)
        {
            shell.StandardInput.Close();
            await shell.WaitForExitAsync();
        }
        else if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        shell.Dispose();
    }

    private bool HasEnded()
    {
        var file = Path.Combine(folder, PidFile);
        if (!File.Exists(file) || File.ReadAllText(file).Trim() is not { Length: > 0 } id)
            return shell.HasExited;
        // An ended child stays in the list of processes as a zombie until the shell asks for it.
        var state = $"/proc/{id}/stat";
        try
        {
            return File.ReadAllText(state).Split(") ")[^1].StartsWith('Z');
        }
        catch (IOException)
        {
            return true;
        }
    }

    private async Task<string> LogAsync(CancellationToken cancellationToken)
    {
        var log = Path.Combine(folder, "server.log");
        return File.Exists(log) ? string.Join('\n', (await File.ReadAllLinesAsync(log, cancellationToken)).TakeLast(20)) : "there is no log";
    }
}
