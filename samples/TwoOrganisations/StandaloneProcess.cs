using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Tideway.TwoOrganisations;

/// <summary>One organisation as a process of its own: its folder, its keys, its port.</summary>
internal sealed partial class StandaloneProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly StreamWriter log;
    private readonly TaskCompletionSource<string> token = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private StandaloneProcess(Process process, string folder, Uri url, string logFile)
    {
        this.process = process;
        Folder = folder;
        Url = url;
        LogFile = logFile;
        log = new StreamWriter(logFile) { AutoFlush = true };
    }

    public Uri Url { get; }

    public string Folder { get; }

    public string LogFile { get; }

    public int ProcessId => process.Id;

    /// <summary>The storage root for tables.</summary>
    public string Tables => Path.Combine(Folder, "tables");

    /// <summary>Token of the first administrator, which the process prints once.</summary>
    public Task<string> AdminToken => token.Task;

    /// <summary>Starts the organisation and waits until it is ready.</summary>
    public static async Task<StandaloneProcess> StartAsync(string program, string folder, IEnumerable<string> settings, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var url = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder,
        };
        string[] own = ["--folder", folder, "--listen", url.GetLeftPart(UriPartial.Authority)];
        foreach (var argument in own.Concat(settings))
            start.ArgumentList.Add(argument);
        var started = new Process { StartInfo = start };
        var organisation = new StandaloneProcess(started, folder, url, Path.Combine(folder, "tideway.log"));
        started.OutputDataReceived += (_, line) => organisation.Heard(line.Data);
        started.ErrorDataReceived += (_, line) => organisation.Heard(line.Data);
        started.Start();
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        try
        {
            await organisation.WaitUntilReadyAsync(cancellationToken);
            return organisation;
        }
        catch
        {
            await organisation.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks the process to stop, and ends it where it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            using var kill = Process.Start(new ProcessStartInfo("kill", ["-TERM", process.Id.ToString()]) { UseShellExecute = false });
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }

        process.Dispose();
        await log.DisposeAsync();
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (process.HasExited)
                throw new InvalidOperationException($"The process ended with {process.ExitCode}; see {LogFile}.");
            try
            {
                using var answer = await http.GetAsync(new Uri(Url, "/health/ready"), patience.Token);
                if (answer.StatusCode == HttpStatusCode.OK)
                    return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), patience.Token);
        }
    }

    private void Heard(string? line)
    {
        if (line is null)
            return;
        if (FirstToken().Match(line) is { Success: true } match)
        {
            // The log keeps no secret.
            token.TrySetResult(match.Groups["token"].Value);
            return;
        }

        lock (log)
            log.WriteLine(line);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex(@"administrator token, shown this once: (?<token>\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FirstToken();
}
