namespace Tideway.Cli;

/// <summary>What the program finds around itself.</summary>
internal sealed class CliEnvironment
{
    public required TextReader In { get; init; }

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Standard output for what is no text.</summary>
    public Func<Stream> OpenOut { get; init; } = Console.OpenStandardOutput;

    /// <summary>Whether standard output is shown to a person as it is.</summary>
    public bool IsOutputTerminal { get; init; }

    /// <summary>Whether a person is there to be asked, and to watch a progress bar.</summary>
    public required bool IsInteractive { get; init; }

    /// <summary>Value of an environment variable.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>Reads a secret without showing it.</summary>
    public required Func<string?> ReadSecret { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How often something that is waited for is looked at.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The real one.</summary>
    public static CliEnvironment OfProcess() =>
        new()
        {
            In = Console.In,
            Out = Console.Out,
            Error = Console.Error,
            IsOutputTerminal = !Console.IsOutputRedirected,
            IsInteractive = !Console.IsInputRedirected && !Console.IsErrorRedirected,
            Variable = Environment.GetEnvironmentVariable,
            ReadSecret = Login.SecretPrompt.Read,
        };
}
