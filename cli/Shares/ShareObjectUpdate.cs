using System.Text.Json;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;

namespace Tideway.Cli.Shares;

/// <summary>Adds something to a share, or removes it.</summary>
internal static class ShareObjectUpdate
{
    /// <summary>The share as it is afterwards.</summary>
    public static async Task<JsonElement> SendAsync(Call call, string share, string action, object shared, CancellationToken cancellationToken)
    {
        var body = new { updates = new[] { new { action, data_object = shared } } };
        var updated = await call.Api.SendAsync(HttpMethod.Patch, $"{ShareCommands.Path:raw}/{share}", body, cancellationToken);
        if (call.Output.IsJson)
            call.Output.Item(updated);
        return updated;
    }

    /// <summary>How recipients see what was added, where that is not its name: a name that is not schema.name is made one, and who asks for it needs to know which.</summary>
    public static string SeenAs(JsonElement share, string name)
    {
        var added = Json.Items(share, "objects").FirstOrDefault(item => Column.Find(item, "name")?.GetString() == name);
        return Column.Find(added, "shared_as")?.GetString() is { } alias && alias != name ? $"; recipients see it as '{alias}'" : "";
    }
}
