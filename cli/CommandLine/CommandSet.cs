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
    /// <param name="name">Its name.</param>
    /// <param name="description">What it does.</param>
    /// <param name="example">A command line.</param>
    /// <param name="symbols">Its arguments and options.</param>
    /// <param name="run">Does it.</param>
    /// <param name="formats">What <c>--output</c> may ask for, where that is not table and json.</param>
    public Command Leaf(
        string name,
        string description,
        string example,
        IEnumerable<Symbol> symbols,
        Func<Call, CancellationToken, Task> run,
        IReadOnlyList<string>? formats = null
    )
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
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, run, formats ?? ["table", "json"], cancellationToken));
        return command;
    }

    /// <summary>How a command is used; nothing for those without an example.</summary>
    public string? ExampleOf(Command command) => examples.GetValueOrDefault(command);

    private async Task<int> RunAsync(
        ParseResult parsed,
        Func<Call, CancellationToken, Task> run,
        IReadOnlyList<string> formats,
        CancellationToken cancellationToken
    )
    {
        using var call = new Call(parsed, this);
        try
        {
            if (!formats.Contains(call.Format))
                throw new CliFailure(ExitCode.Usage, $"--output must be {string.Join(" or ", formats)} here; got '{call.Format}'.");
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
        catch (Exception exception)
        {
            environment.Error.WriteLine($"error: a fault of this program: {exception.GetType().Name}: {Output.SafeText.Of(exception.Message)}");
            return ExitCode.Unexpected;
        }
    }
}
