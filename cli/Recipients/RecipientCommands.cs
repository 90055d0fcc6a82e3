using System.CommandLine;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;

namespace Tideway.Cli.Recipients;

/// <summary>The partners that read our shares.</summary>
internal static class RecipientCommands
{
    private const string Path = "/api/2.1/unity-catalog/recipients";
    private const string SendTheLink = "Send the activation link to the recipient by a safe way; it works once and is not shown again.";

    private static readonly Column[] ListColumns =
    [
        Column.Of("NAME", "name"),
        Column.Of("ACTIVATED", "activated"),
        Column.Time("UPDATED", "updated_at"),
        Column.Of("COMMENT", "comment"),
    ];

    private static readonly Column[] ItemColumns =
    [
        Column.Of("Name", "name"),
        Column.Of("Id", "id"),
        Column.Of("Comment", "comment"),
        Column.Of("Owner", "owner"),
        Column.Of("Activated", "activated"),
        Column.Of("Activation link", "activation_url"),
        Column.Of("Allowed addresses", "ip_access_list.allowed_ip_addresses"),
        Column.Of("Properties", "properties_kvpairs.properties"),
        Column.Time("Tokens end by", "expiration_time"),
        Column.Time("Created", "created_at"),
        Column.Of("Created by", "created_by"),
        Column.Time("Updated", "updated_at"),
        Column.Of("Updated by", "updated_by"),
    ];

    public static Command Make(CommandSet commands) =>
        CommandSet.Group(
            "recipient",
            "Recipients: the partners that read our shares",
            Create(commands),
            List(commands),
            Get(commands),
            Rotate(commands),
            ActivateCommand.Make(commands),
            Delete(commands)
        );

    private static Command Create(CommandSet commands)
    {
        var name = Symbols.Name("recipient");
        var comment = Symbols.Option("--comment", "Free text for people", "TEXT");
        var allow = Symbols.Many("--allow-ip", "An address or CIDR range it may come from, any number of times; from anywhere where none is given", "CIDR");
        var properties = Symbols.Many("--property", "A property for row rules, any number of times", "KEY=VALUE");
        var oauth = Symbols.Flag("--oauth", "Give it a client id and secret, for which its client gets tokens of an hour, instead of one bearer token");
        var expires = Symbols.Time("--expires", "When its tokens end at the latest, such as 2027-06-30T00:00:00Z");
        return commands.Leaf(
            "create",
            "Make a recipient and print its activation link, which is shown this once",
            "tideway recipient create acme --allow-ip 192.0.2.0/24 --property country=DE",
            [name, comment, allow, properties, oauth, expires],
            async (call, cancellationToken) =>
            {
                var body = new
                {
                    name = call.Get(name),
                    comment = call.Get(comment),
                    authentication_type = call.Get(oauth) ? "OAUTH_CLIENT_CREDENTIALS" : "TOKEN",
                    ip_access_list = call.Get(allow) is { Length: > 0 } addresses ? new { allowed_ip_addresses = addresses } : null,
                    properties_kvpairs = call.Get(properties) is { Length: > 0 } pairs ? new { properties = PairText.Read(pairs) } : null,
                    expiration_time = call.Get(expires)?.ToUnixTimeMilliseconds(),
                };
                var recipient = await call.Api.SendAsync(HttpMethod.Post, $"{Path:raw}", body, cancellationToken);
                call.Output.Item(recipient, ItemColumns);
                call.Output.Message(SendTheLink);
            }
        );
    }

    private static Command List(CommandSet commands) =>
        commands.Leaf(
            "list",
            "List the recipients",
            "tideway recipient list",
            [],
            async (call, cancellationToken) => call.Output.List(await call.Api.ListAsync($"{Path:raw}", "recipients", cancellationToken), ListColumns)
        );

    private static Command Get(CommandSet commands)
    {
        var name = Symbols.Name("recipient");
        return commands.Leaf(
            "get",
            "Show a recipient, its tokens and the shares it may read",
            "tideway recipient get acme",
            [name],
            async (call, cancellationToken) =>
            {
                var recipient = await call.Api.GetAsync($"{Path:raw}/{call.Get(name)}", cancellationToken);
                var permissions = await call.Api.GetAsync($"{Path:raw}/{call.Get(name)}/share-permissions", cancellationToken);
                call.Output.Item(Json.Merge(recipient, permissions, "permissions_out"), ItemColumns);
                call.Output.Part(
                    "Tokens",
                    Json.Items(recipient, "tokens"),
                    Column.Of("ID", "id"),
                    Column.Time("ENDS", "expiration_time"),
                    Column.Time("CREATED", "created_at"),
                    Column.Of("BY", "created_by")
                );
                call.Output.Part("May read", Json.Items(permissions, "permissions_out"), Column.Of("SHARE", "share_name"));
            }
        );
    }

    private static Command Rotate(CommandSet commands)
    {
        var name = Symbols.Name("recipient");
        var existing = Symbols.Duration("--existing-expire-in", "How long the token of now stays good; 0 ends it at once [default: 24h]");
        return commands.Leaf(
            "rotate",
            "Make a new activation link and give the token of now an end",
            "tideway recipient rotate acme --existing-expire-in 2h",
            [name, existing],
            async (call, cancellationToken) =>
            {
                var body = new { existing_token_expire_in_seconds = (long)(call.Get(existing) ?? TimeSpan.FromHours(24)).TotalSeconds };
                var recipient = await call.Api.SendAsync(HttpMethod.Post, $"{Path:raw}/{call.Get(name)}/rotate-token", body, cancellationToken);
                call.Output.Item(recipient, ItemColumns);
                call.Output.Message(SendTheLink);
            }
        );
    }

    private static Command Delete(CommandSet commands)
    {
        var name = Symbols.Name("recipient");
        var yes = Symbols.Yes();
        return commands.Leaf(
            "delete",
            "Delete a recipient; its tokens end at once",
            "tideway recipient delete acme --yes",
            [name, yes],
            async (call, cancellationToken) =>
            {
                call.Confirm(yes, $"Delete recipient '{call.Get(name)}' and end its tokens?");
                await call.Api.SendAsync(HttpMethod.Delete, $"{Path:raw}/{call.Get(name)}", null, cancellationToken);
                call.Output.Message($"Recipient '{call.Get(name)}' is deleted.");
            }
        );
    }
}
