using System.CommandLine;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;

namespace Tideway.Cli.Providers;

/// <summary>The partners whose shares we read.</summary>
internal static class ProviderCommands
{
    private const string Path = "/api/2.1/unity-catalog/providers";

    private static readonly Column[] ListColumns =
    [
        Column.Of("NAME", "name"),
        Column.Of("ENDPOINT", "recipient_profile.endpoint"),
        Column.Time("TOKEN ENDS", "expiration_time"),
        Column.Of("COMMENT", "comment"),
    ];

    private static readonly Column[] ItemColumns =
    [
        Column.Of("Name", "name"),
        Column.Of("Id", "id"),
        Column.Of("Endpoint", "recipient_profile.endpoint"),
        Column.Time("Token ends", "expiration_time"),
        Column.Of("Comment", "comment"),
        Column.Of("Owner", "owner"),
        Column.Time("Created", "created_at"),
        Column.Of("Created by", "created_by"),
        Column.Time("Updated", "updated_at"),
        Column.Of("Updated by", "updated_by"),
    ];

    public static Command Make(CommandSet commands) =>
        CommandSet.Group(
            "provider",
            "Providers: the partners whose shares we read",
            Add(commands),
            List(commands),
            Get(commands),
            Rotate(commands),
            Shares(commands),
            Remove(commands)
        );

    private static Command Add(CommandSet commands)
    {
        var name = Symbols.Name("provider");
        var profile = Symbols.Required("--profile", "The credential file that the provider gave; - reads it from standard input", "FILE");
        var comment = Symbols.Option("--comment", "Free text for people", "TEXT");
        return commands.Leaf(
            "add",
            "Add a provider by its credential file",
            "tideway provider add acme --profile acme.share",
            [name, profile, comment],
            async (call, cancellationToken) =>
            {
                var body = new
                {
                    name = call.Get(name),
                    authentication_type = "TOKEN",
                    recipient_profile_str = await call.ReadFileAsync(call.Get(profile)!, cancellationToken),
                    comment = call.Get(comment),
                };
                call.Output.Item(await call.Api.SendAsync(HttpMethod.Post, $"{Path:raw}", body, cancellationToken), ItemColumns);
            }
        );
    }

    private static Command List(CommandSet commands) =>
        commands.Leaf(
            "list",
            "List the providers",
            "tideway provider list",
            [],
            async (call, cancellationToken) => call.Output.List(await call.Api.ListAsync($"{Path:raw}", "providers", cancellationToken), ListColumns)
        );

    private static Command Get(CommandSet commands)
    {
        var name = Symbols.Name("provider");
        return commands.Leaf(
            "get",
            "Show a provider; never its token",
            "tideway provider get acme",
            [name],
            async (call, cancellationToken) => call.Output.Item(await call.Api.GetAsync($"{Path:raw}/{call.Get(name)}", cancellationToken), ItemColumns)
        );
    }

    private static Command Rotate(CommandSet commands)
    {
        var name = Symbols.Name("provider");
        var profile = Symbols.Required("--profile", "The new credential file; - reads it from standard input", "FILE");
        return commands.Leaf(
            "rotate",
            "Replace the credential of a provider; its syncs go on",
            "tideway provider rotate acme --profile acme-2027.share",
            [name, profile],
            async (call, cancellationToken) =>
            {
                var body = new { recipient_profile_str = await call.ReadFileAsync(call.Get(profile)!, cancellationToken) };
                call.Output.Item(await call.Api.SendAsync(HttpMethod.Patch, $"{Path:raw}/{call.Get(name)}", body, cancellationToken), ItemColumns);
            }
        );
    }

    private static Command Shares(CommandSet commands)
    {
        var name = Symbols.Name("provider");
        return commands.Leaf(
            "shares",
            "List the shares that a provider lets us read",
            "tideway provider shares acme",
            [name],
            async (call, cancellationToken) =>
                call.Output.List(await call.Api.ListAsync($"{Path:raw}/{call.Get(name)}/shares", "shares", cancellationToken), Column.Of("NAME", "name"))
        );
    }

    private static Command Remove(CommandSet commands)
    {
        var name = Symbols.Name("provider");
        var yes = Symbols.Yes();
        return commands.Leaf(
            "remove",
            "Remove a provider and its credential; what was received stays",
            "tideway provider remove acme --yes",
            [name, yes],
            async (call, cancellationToken) =>
            {
                call.Confirm(yes, $"Remove provider '{call.Get(name)}'?");
                await call.Api.SendAsync(HttpMethod.Delete, $"{Path:raw}/{call.Get(name)}", null, cancellationToken);
                call.Output.Message($"Provider '{call.Get(name)}' is removed.");
            }
        );
    }
}
