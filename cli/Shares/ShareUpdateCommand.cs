using System.CommandLine;
using Tideway.Cli.CommandLine;

namespace Tideway.Cli.Shares;

/// <summary>Describes a share anew.</summary>
internal static class ShareUpdateCommand
{
    public static Command Make(CommandSet commands)
    {
        var name = Symbols.Name("share");
        var newName = Symbols.Option("--new-name", "The name from now on", "NAME");
        var displayName = Symbols.Option("--display-name", "Name for people, which recipients see; '' for none", "TEXT");
        var comment = Symbols.Option("--comment", "Free text for people, which recipients see", "TEXT");
        var owner = Symbols.Option("--owner", "Who answers for the share", "NAME");
        var properties = Symbols.Many("--property", "A property that recipients see; those given replace all of before", "KEY=VALUE");
        var noProperties = Symbols.Flag("--no-properties", "Take all properties away");
        return commands.Leaf(
            "update",
            "Rename or describe a share; what is not said stays",
            "tideway share update sales --display-name 'Sales in Europe' --property domain=retail",
            [name, newName, displayName, comment, owner, properties, noProperties],
            async (call, cancellationToken) =>
            {
                var pairs = call.Get(properties) is { Length: > 0 } given ? PairText.Read(given) : null;
                if (pairs is not null && call.Get(noProperties))
                    throw new CliFailure(ExitCode.Usage, "Give --property or --no-properties, not both.");
                var change = new
                {
                    new_name = call.Get(newName),
                    display_name = call.Get(displayName),
                    comment = call.Get(comment),
                    owner = call.Get(owner),
                    properties = call.Get(noProperties) ? [] : pairs,
                };
                if (change is { new_name: null, display_name: null, comment: null, owner: null, properties: null })
                    throw new CliFailure(
                        ExitCode.Usage,
                        "Say what is to change: --new-name, --display-name, --comment, --owner, --property or --no-properties."
                    );
                var share = await call.Api.SendAsync(HttpMethod.Patch, $"{ShareCommands.Path:raw}/{call.Get(name)}", change, cancellationToken);
                call.Output.Item(share, ShareCommands.ItemColumns);
            }
        );
    }
}
