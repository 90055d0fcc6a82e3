using System.CommandLine;
using System.Text.Json;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;

namespace Tideway.Cli.Shares;

/// <summary>What leaves: shares, and who may read them.</summary>
internal static class ShareCommands
{
    public const string Path = "/api/2.1/unity-catalog/shares";

    private static readonly Column[] ListColumns =
    [
        Column.Of("NAME", "name"),
        Column.Of("OWNER", "owner"),
        Column.Time("UPDATED", "updated_at"),
        Column.Of("COMMENT", "comment"),
    ];

    /// <summary>How one share is shown.</summary>
    public static Column[] ItemColumns { get; } =
    [
        Column.Of("Name", "name"),
        Column.Of("Id", "id"),
        Column.Of("Shown as", "display_name"),
        Column.Of("Comment", "comment"),
        Column.Of("Properties", "properties"),
        Column.Of("Owner", "owner"),
        Column.Time("Created", "created_at"),
        Column.Of("Created by", "created_by"),
        Column.Time("Updated", "updated_at"),
        Column.Of("Updated by", "updated_by"),
    ];

    private static readonly Column[] TableColumns =
    [
        Column.Of("TABLE", "shared_as"),
        Column.Of("SOURCE", "name"),
        Column.Of("LOCATION", "storage_location"),
        Column.Of("HISTORY", "history_data_sharing_status"),
        Column.Of("CHANGES", "cdf_enabled"),
        Column.Of("FROM VERSION", "start_version"),
        Column.Of("FOLDER", "directory_access_enabled"),
    ];

    private static readonly Column[] VolumeColumns =
    [
        Column.Of("VOLUME", "shared_as"),
        Column.Of("SOURCE", "name"),
        Column.Of("LOCATION", "storage_location"),
        Column.Of("COMMENT", "comment"),
    ];

    public static Command Make(CommandSet commands) =>
        CommandSet.Group(
            "share",
            "Shares: which tables and volumes leave, and who may read them",
            Create(commands),
            List(commands),
            Get(commands),
            ShareUpdateCommand.Make(commands),
            ShareTableCommands.Add(commands),
            ShareTableCommands.Remove(commands),
            ShareVolumeCommands.Add(commands),
            ShareVolumeCommands.Remove(commands),
            GrantCommands.Grant(commands),
            GrantCommands.Revoke(commands),
            Delete(commands)
        );

    private static Command Create(CommandSet commands)
    {
        var name = Symbols.Name("share");
        var displayName = Symbols.Option("--display-name", "Name for people, which recipients see", "TEXT");
        var comment = Symbols.Option("--comment", "Free text for people, which recipients see", "TEXT");
        var properties = Symbols.Many("--property", "A property that recipients see, any number of times", "KEY=VALUE");
        return commands.Leaf(
            "create",
            "Make a share, still empty",
            "tideway share create sales --display-name 'Sales in Europe' --property domain=retail",
            [name, displayName, comment, properties],
            async (call, cancellationToken) =>
            {
                var share = await call.Api.SendAsync(
                    HttpMethod.Post,
                    $"{Path:raw}",
                    new
                    {
                        name = call.Get(name),
                        display_name = call.Get(displayName),
                        comment = call.Get(comment),
                        properties = call.Get(properties) is { Length: > 0 } pairs ? PairText.Read(pairs) : null,
                    },
                    cancellationToken
                );
                call.Output.Item(share, ItemColumns);
            }
        );
    }

    private static Command List(CommandSet commands) =>
        commands.Leaf(
            "list",
            "List the shares",
            "tideway share list -o json",
            [],
            async (call, cancellationToken) => call.Output.List(await call.Api.ListAsync($"{Path:raw}", "shares", cancellationToken), ListColumns)
        );

    private static Command Get(CommandSet commands)
    {
        var name = Symbols.Name("share");
        return commands.Leaf(
            "get",
            "Show a share, its tables and volumes, and who may read it",
            "tideway share get sales",
            [name],
            async (call, cancellationToken) =>
            {
                var share = await call.Api.GetAsync($"{Path:raw}/{call.Get(name)}?include_shared_data=true", cancellationToken);
                var permissions = await call.Api.GetAsync($"{Path:raw}/{call.Get(name)}/permissions", cancellationToken);
                call.Output.Item(Json.Merge(share, permissions, "privilege_assignments"), ItemColumns);
                call.Output.Part("Tables", [.. Json.Items(share, "objects").Where(item => !IsVolume(item))], TableColumns);
                call.Output.Part("Volumes", [.. Json.Items(share, "objects").Where(IsVolume)], VolumeColumns);
                call.Output.Part(
                    "Granted to",
                    Json.Items(permissions, "privilege_assignments"),
                    Column.Of("RECIPIENT", "principal"),
                    Column.Of("PRIVILEGES", "privileges")
                );
            }
        );
    }

    private static bool IsVolume(JsonElement item) => Column.Find(item, "data_object_type")?.GetString() == "VOLUME";

    private static Command Delete(CommandSet commands)
    {
        var name = Symbols.Name("share");
        var yes = Symbols.Yes();
        return commands.Leaf(
            "delete",
            "Delete a share with all its grants; the tables and files themselves stay",
            "tideway share delete sales --yes",
            [name, yes],
            async (call, cancellationToken) =>
            {
                call.Confirm(yes, $"Delete share '{call.Get(name)}' and all its grants?");
                await call.Api.SendAsync(HttpMethod.Delete, $"{Path:raw}/{call.Get(name)}", null, cancellationToken);
                call.Output.Message($"Share '{call.Get(name)}' is deleted.");
            }
        );
    }
}
