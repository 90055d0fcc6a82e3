using System.Diagnostics;
using System.Net;
using System.Text;
using Tideway.EndToEnd.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.EndToEnd.Tests.Standalone;

/// <summary>The standalone host as a person starts it.</summary>
internal sealed class StandaloneRun : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();

    private StandaloneRun(Process process) => this.process = process;

    public string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    public static StandaloneRun Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(ServiceProcess.ProgramOf("Standalone"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetTempPath(),
        };
        var run = new StandaloneRun(new Process { StartInfo = start });
        run.process.OutputDataReceived += (_, line) => run.Heard(line.Data);
        run.process.ErrorDataReceived += (_, line) => run.Heard(line.Data);
        run.process.Start();
        run.process.BeginOutputReadLine();
        run.process.BeginErrorReadLine();
        return run;
    }

    public async Task<int> ExitCodeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode;
    }

    public async Task WaitUntilReadyAsync(string url)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        await Eventually.Async(
            async () =>
            {
                if (process.HasExited)
                    throw new InvalidOperationException($"The process ended with {process.ExitCode}:\n{Output}");
                try
                {
                    using var answer = await http.GetAsync($"{url}/health/ready");
                    return answer.StatusCode == HttpStatusCode.OK && Output.Contains("Tideway is up", StringComparison.Ordinal);
                }
                catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(90),
            "The standalone host is ready"
        );
    }

    public async Task KillAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }

    private void Heard(string? line)
    {
        lock (output)
            output.AppendLine(line);
    }
}
