using System.Diagnostics;
using Tideway.Benchmarks.DeltaLog;
using Tideway.Benchmarks.Events;
using Tideway.Benchmarks.Query;

namespace Tideway.Benchmarks;

/// <summary>Another process of this program that plays one part; talks by lines of text and ends with this one.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process process;

    private ChildProcess(Process process) => this.process = process;

    public static ChildProcess Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add("--child");
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return new ChildProcess(Process.Start(start)!);
    }

    /// <summary>Plays the part named first.</summary>
    public static Task<int> RunAsync(IReadOnlyList<string> arguments) =>
        arguments[0] switch
        {
            EventsConsumer.Part => EventsConsumer.RunAsync(arguments),
            RawConsumer.Part => RawConsumer.RunAsync(arguments),
            PlainEndpoint.Part => PlainEndpoint.RunAsync(arguments),
            DeltaMemoryBenchmark.Part => DeltaMemoryBenchmark.RunPartAsync(arguments),
            _ => throw new ArgumentException($"There is no part named {arguments[0]}.", nameof(arguments)),
        };

    /// <summary>Waits for a line that starts with <paramref name="word"/>; other lines are passed by.</summary>
    public async Task<string> WaitAsync(string word, CancellationToken cancellationToken)
    {
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith(word, StringComparison.Ordinal))
                return line;
        }

        throw new InvalidOperationException($"The child process ended with {process.ExitCode} before it said '{word}'.");
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }
}
