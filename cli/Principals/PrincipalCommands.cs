using System.CommandLine;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;

namespace Tideway.Cli.Principals;

/// <summary>Our own service principals.</summary>
internal static class PrincipalCommands
{
    private const string Path = "/api/tideway/v1/principals";

    private static readonly string[] Roles = ["outbound-operator", "inbound-operator", "steward", "auditor", "admin"];

    private static readonly Column[] ItemColumns =
    [
        Column.Of("Name", "name"),
        Column.Of("Id", "id"),
        Column.Of("Roles", "roles"),
        Column.Of("Token", "token"),
        Column.Time("Token ends", "token_expiration_time"),
        Column.Of("Comment", "comment"),
    ];

    public static Command Make(CommandSet commands) =>
        CommandSet.Group("principal", "Principals: who of us may do what", Create(commands), List(commands), Rotate(commands), Delete(commands));

    private static Command Create(CommandSet commands)
    {
        var name = Symbols.Name("principal");
        var roles = Symbols.Many("--role", "What it may do, any number of times", string.Join('|', Roles)).AcceptOnlyFromAmong(Roles);
        roles.Required = true;
        var lifetime = Symbols.Duration("--lifetime", "How long its token is good; as the server is set where not given");
        var comment = Symbols.Option("--comment", "Free text for people", "TEXT");
        return commands.Leaf(
            "create",
            "Make a principal and print its token, which is shown this once",
            "tideway principal create nightly-audit --role auditor --lifetime 90d",
            [name, roles, lifetime, comment],
            async (call, cancellationToken) =>
            {
                var body = new
                {
                    name = call.Get(name),
                    comment = call.Get(comment),
                    roles = call.Get(roles),
                    token_lifetime_seconds = (long?)call.Get(lifetime)?.TotalSeconds,
                };
                call.Output.Item(await call.Api.SendAsync(HttpMethod.Post, $"{Path:raw}", body, cancellationToken), ItemColumns);
                call.Output.Message("The token is not shown again.");
            }
        );
    }

    private static Command List(CommandSet commands) =>
        commands.Leaf(
            "list",
            "List the principals",
            "tideway principal list",
            [],
            async (call, cancellationToken) =>
                call.Output.List(
                    await call.Api.ListAsync($"{Path:raw}", "principals", cancellationToken),
                    Column.Of("NAME", "name"),
                    Column.Of("ROLES", "roles"),
                    Column.Time("TOKEN ENDS", "token_expiration_time"),
                    Column.Of("COMMENT", "comment")
                )
        );

    private static Command Rotate(CommandSet commands)
    {
        var name = Symbols.Name("principal");
        var lifetime = Symbols.Duration("--lifetime", "How long the new token is good; as the server is set where not given");
        return commands.Leaf(
            "rotate",
            "Replace the token of a principal; the one of now ends at once",
            "tideway principal rotate nightly-audit",
            [name, lifetime],
            async (call, cancellationToken) =>
            {
                var body = new { token_lifetime_seconds = (long?)call.Get(lifetime)?.TotalSeconds };
                call.Output.Item(await call.Api.SendAsync(HttpMethod.Post, $"{Path:raw}/{call.Get(name)}/rotate-token", body, cancellationToken), ItemColumns);
                call.Output.Message("The token is not shown again.");
            }
        );
    }

    private static Command Delete(CommandSet commands)
    {
        var name = Symbols.Name("principal");
        var yes = Symbols.Yes();
        return commands.Leaf(
            "delete",
            "Delete a principal; its token ends at once",
            "tideway principal delete nightly-audit --yes",
            [name, yes],
            async (call, cancellationToken) =>
            {
                call.Confirm(yes, $"Delete principal '{call.Get(name)}'?");
                await call.Api.SendAsync(HttpMethod.Delete, $"{Path:raw}/{call.Get(name)}", null, cancellationToken);
                call.Output.Message($"Principal '{call.Get(name)}' is deleted.");
            }
        );
    }
}
