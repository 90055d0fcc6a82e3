using System.Diagnostics;
using System.Net;
using Tideway.Testing;

namespace Tideway.EndToEnd.Tests.Hosts;

/// <summary>One service as a process of its own, which a test may end at any point and start again at the same address.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly string program;
    private readonly string[] arguments;
    private readonly IReadOnlyDictionary<string, string> settings;
    private readonly string logFile;
    private Process? process;
    private StreamWriter? log;

    public ServiceProcess(string project, string folder, IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        Name = project;
        this.arguments = arguments;
        this.settings = settings;
        Url = new Uri($"http://127.0.0.1:{FreePort()}");
        Folder = folder;
        Directory.CreateDirectory(folder);
        logFile = Path.Combine(folder, project + ".log");
        program = ProgramOf(project);
    }

    public string Name { get; }

    public string Folder { get; }

    public Uri Url { get; }

    public bool IsRunning => process is { HasExited: false };

    /// <summary>The end of what the process wrote, for the message of a test that failed.</summary>
    public string LogTail => File.Exists(logFile) ? string.Join('\n', ReadShared(logFile).Split('\n').TakeLast(40)) : "";

    /// <summary>The whole log.</summary>
    public string Log => File.Exists(logFile) ? ReadShared(logFile) : "";

    public static string ProgramOf(string project)
    {
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var assembly = project == "Cli" ? "tideway" : "Tideway." + project;
        return Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", project, configuration, assembly));
    }

    public void Start()
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Folder,
        };
        start.Environment["ASPNETCORE_URLS"] = Url.GetLeftPart(UriPartial.Authority);
        start.Environment["DOTNET_gcServer"] = "0";
        foreach (var (key, value) in settings)
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        log ??= new StreamWriter(new FileStream(logFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Heard(line.Data);
        process.ErrorDataReceived += (_, line) => Heard(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public async Task WaitUntilAsync(string healthPath)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var last = "nothing";
        while (!patience.IsCancellationRequested)
        {
            if (process!.HasExited)
                throw new InvalidOperationException($"{Name} ended with {process.ExitCode}:\n{LogTail}");
            try
            {
                using var answer = await http.GetAsync(new Uri(Url, healthPath));
                if (answer.StatusCode == HttpStatusCode.OK)
                    return;
                last = $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                last = exception.Message;
            }

            await Task.Delay(100);
        }

        throw new TimeoutException($"{Name} is not ready after two minutes, {healthPath} answers {last}:\n{LogTail}");
    }

    /// <summary>Ends the process at once, as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        process!.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            if (!process.HasExited)
                await KillAsync();
            process.Dispose();
        }

        if (log is not null)
            await log.DisposeAsync();
    }

    private void Heard(string? line)
    {
        if (line is null)
            return;
        lock (settings)
            log!.WriteLine(line);
    }

    private static string ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    public static int FreePort() => FreePorts.Take();
}
