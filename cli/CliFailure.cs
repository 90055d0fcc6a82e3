namespace Tideway.Cli;

/// <summary>Ends the program with a message for people and one of <see cref="Cli.ExitCode"/>.</summary>
internal sealed class CliFailure(int exitCode, string message, Exception? innerException = null) : Exception(message, innerException)
{
    public int ExitCode { get; } = exitCode;
}
