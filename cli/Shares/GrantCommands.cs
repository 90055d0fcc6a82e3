using System.CommandLine;
using Tideway.Cli.CommandLine;

namespace Tideway.Cli.Shares;

/// <summary>Who may read a share.</summary>
internal static class GrantCommands
{
    private static readonly string[] Select = ["SELECT"];

    public static Command Grant(CommandSet commands) =>
        Make(
            commands,
            "grant",
            "Let a recipient read a share",
            "tideway share grant sales acme",
            recipient => new { principal = recipient, add = Select },
            "may read"
        );

    public static Command Revoke(CommandSet commands) =>
        Make(
            commands,
            "revoke",
            "No longer let a recipient read a share",
            "tideway share revoke sales acme",
            recipient => new { principal = recipient, remove = Select },
            "may no longer read"
        );

    private static Command Make(CommandSet commands, string name, string description, string example, Func<string, object> change, string outcome)
    {
        var share = Symbols.Text("SHARE", "Name of the share");
        var recipient = Symbols.Text("RECIPIENT", "Name of the recipient");
        return commands.Leaf(
            name,
            description,
            example,
            [share, recipient],
            async (call, cancellationToken) =>
            {
                var body = new { changes = new[] { change(call.Get(recipient)) } };
                var permissions = await call.Api.SendAsync(
                    HttpMethod.Patch,
                    $"{ShareCommands.Path:raw}/{call.Get(share)}/permissions",
                    body,
                    cancellationToken
                );
                if (call.Output.IsJson)
                    call.Output.Item(permissions);
                call.Output.Message($"Recipient '{call.Get(recipient)}' {outcome} share '{call.Get(share)}'.");
            }
        );
    }
}
