using System.Text.Json;

namespace Tideway.Cli.Tests.Support;

/// <summary>Runs the program in this process.</summary>
internal sealed class CliRun
{
    private readonly StringWriter output = new();
    private readonly TextWriter synchronized;
    private readonly StringWriter error = new();
    private readonly MemoryStream bytes = new();

    public CliRun() => synchronized = TextWriter.Synchronized(output);

    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal) { ["TIDEWAY_CONFIG"] = "/nonexistent/config.json" };

    public string Input { get; init; } = "";

    public bool IsInteractive { get; init; }

    public CancellationToken CancellationToken { get; init; } = TestContext.Current.CancellationToken;

    public int ExitCode { get; private set; }

    /// <summary>Standard output, also while the program runs.</summary>
    public string Out
    {
        get
        {
            // Its writes lock it.
            lock (synchronized)
                return output.ToString();
        }
    }

    public string Error => error.ToString();

    /// <summary>What went to standard output as bytes.</summary>
    public byte[] Bytes => bytes.ToArray();

    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    /// <summary>Lines of standard output.</summary>
    public string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Runs a command line against a server.</summary>
    public static Task<CliRun> Async(FakeApi api, params string[] args) => new CliRun().RunAsync(api, args);

    public Task<CliRun> RunAsync(FakeApi api, params string[] args)
    {
        Variables.TryAdd("TIDEWAY_URL", api.Url);
        Variables.TryAdd("TIDEWAY_TOKEN", "secret-token");
        return RunAsync(args);
    }

    public async Task<CliRun> RunAsync(params string[] args)
    {
        var input = new StringReader(Input);
        var environment = new CliEnvironment
        {
            In = input,
            Out = synchronized,
            Error = error,
            OpenOut = () => bytes,
            IsOutputTerminal = IsInteractive,
            IsInteractive = IsInteractive,
            Variable = name => Variables.GetValueOrDefault(name),
            ReadSecret = input.ReadLine,
            PollInterval = TimeSpan.FromMilliseconds(5),
        };
        ExitCode = await TidewayCommand.RunAsync(args, environment, CancellationToken);
        return this;
    }
}
