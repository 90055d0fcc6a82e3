using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Tideway.Cli.CommandLine;

/// <summary>The help of a command with an example below it; of the program, with its exit codes.</summary>
internal sealed class ExampleHelp(HelpAction inner, CommandSet commands) : SynchronousCommandLineAction
{
    public const string ExitCodes = """
        Exit codes:
          0 done    1 failed    2 not understood    3 not found    4 denied    5 conflict    6 unreachable    130 cancelled
          70 a fault of this program

        Numbers that are none (NaN, Infinity, -Infinity) are texts in JSON.

        Results go to standard output, everything else to standard error.

        """;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var exitCode = inner.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        if (commands.ExampleOf(command) is { } example)
            output.WriteLine($"Example:{Environment.NewLine}  {example.ReplaceLineEndings(Environment.NewLine + "  ")}{Environment.NewLine}");
        if (command is RootCommand)
            output.Write(ExitCodes);
        return exitCode;
    }
}
