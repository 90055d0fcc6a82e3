using System.CommandLine;

namespace Tideway.Cli.CommandLine;

/// <summary>Makes the commands: each with an example in its help, and one way to run and to fail.</summary>
internal sealed class CommandSet(CliEnvironment environment)
{
    private readonly Dictionary<Command, string> examples = [];

    public CliEnvironment Environment => environment;

    public GlobalOptions Global { get; } = new();

    /// <summary>A command that only has commands below it.</summary>
    public static Command Group(string name, string description, params IEnumerable<Command> commands)
    {
        var group = new Command(name, description);
        foreach (var command in commands)
            group.Add(command);
        return group;
    }

    /// <summary>A command that does something.</summary>
    public Command Leaf(string name, string description, string example, IEnumerable<Symbol> symbols, Func<Call, CancellationToken, Task> run)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
                command.Add(argument);
            else
                command.Add((Option)symbol);
        }

        examples.Add(command, example);
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, run, cancellationToken));
        return command;
    }

    /// <summary>How a command is used; nothing for those without an example.</summary>
    public string? ExampleOf(Command command) => examples.GetValueOrDefault(command);

    private async Task<int> RunAsync(ParseResult parsed, Func<Call, CancellationToken, Task> run, CancellationToken cancellationToken)
    {
        using var call = new Call(parsed, this);
        try
        {
            await run(call, cancellationToken);
            return ExitCode.Ok;
        }
        catch (CliFailure failure)
        {
            environment.Error.WriteLine("error: " + Output.SafeText.Of(failure.Message));
            return failure.ExitCode;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            environment.Error.WriteLine("cancelled");
            return ExitCode.Cancelled;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            environment.Error.WriteLine("error: " + Output.SafeText.Of(exception.Message));
            return ExitCode.Failed;
        }
    }
}
