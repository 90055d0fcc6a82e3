using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Tideway.Cli.Audit;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Login;
using Tideway.Cli.Principals;
using Tideway.Cli.Providers;
using Tideway.Cli.Read;
using Tideway.Cli.Recipients;
using Tideway.Cli.Shares;
using Tideway.Cli.Status;
using Tideway.Cli.Subscriptions;
using Tideway.Cli.Syncs;
using Tideway.Cli.Tables;
using Tideway.Cli.Volumes;

namespace Tideway.Cli;

/// <summary>The <c>tideway</c> command.</summary>
internal static class TidewayCommand
{
    private const string MissingCommand = "Required command was not provided.";

    /// <summary>Runs a command line; returns one of <see cref="ExitCode"/>.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliEnvironment environment, CancellationToken cancellationToken)
    {
        var parsed = Make(environment).Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            // Where a word is not understood, that a command is missing only follows from it.
            var errors = parsed.UnmatchedTokens.Count == 0 ? parsed.Errors : parsed.Errors.Where(error => error.Message != MissingCommand);
            foreach (var error in errors)
                environment.Error.WriteLine("error: " + Output.SafeText.Of(error.Message));
            environment.Error.WriteLine($"See '{PathOf(parsed.CommandResult.Command)} --help'.");
            return ExitCode.Usage;
        }

        var configuration = new InvocationConfiguration
        {
            Output = environment.Out,
            Error = environment.Error,
            EnableDefaultExceptionHandler = false,
            // After Ctrl-C the command ends what it is doing; one that does not listen is left behind after this.
            ProcessTerminationTimeout = TimeSpan.FromSeconds(5),
        };
        return await parsed.InvokeAsync(configuration, cancellationToken);
    }

    /// <summary>All commands.</summary>
    public static RootCommand Make(CliEnvironment environment)
    {
        var commands = new CommandSet(environment);
        var root = new RootCommand("Shares data with other organisations in both directions over the Delta Sharing protocol.")
        {
            LoginCommands.Login(commands),
            LoginCommands.Logout(commands),
            ShareCommands.Make(commands),
            RecipientCommands.Make(commands),
            SubscriptionCommands.Make(commands),
            ProviderCommands.Make(commands),
            SyncCommands.Make(commands),
            PrincipalCommands.Make(commands),
            AuditCommands.Make(commands),
            StatusCommand.Make(commands),
            TableCommands.Make(commands),
            ReadCommand.Make(commands),
            VolumeCommands.Make(commands),
        };
        commands.Global.AddTo(root);
        foreach (var option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction help } helpOption)
                helpOption.Action = new ExampleHelp(help, commands);
        }

        return root;
    }

    private static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{PathOf(parent)} {command.Name}" : "tideway";
}
