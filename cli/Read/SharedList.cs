using System.Text.Json;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol.Listing;

namespace Tideway.Cli.Read;

/// <summary>Lists what a server shares: shares, or the tables of a share or schema.</summary>
internal static class SharedList
{
    public static async Task WriteAsync(Call call, DeltaSharingClient client, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        Column[] columns =
            names.Count == 0
                ? [Column.Of("SHARE", "name"), Column.Of("ID", "id")]
                : [Column.Of("SHARE", "share"), Column.Of("SCHEMA", "schema"), Column.Of("TABLE", "name")];
        if (call.Output.IsStreaming)
            await call.Output.ListAsync(ItemsAsync(client, names, cancellationToken), columns, cancellationToken);
        else
            call.Output.List(await ReadAsync(client, names, HeldFiles.Limit, cancellationToken), columns);
    }

    /// <summary>The items of the list, which take at most so many bytes of memory.</summary>
    public static async Task<IReadOnlyCollection<JsonElement>> ReadAsync(
        DeltaSharingClient client,
        IReadOnlyList<string> names,
        long limit,
        CancellationToken cancellationToken
    )
    {
        var held = new HeldItems(limit);
        await foreach (var item in ItemsAsync(client, names, cancellationToken))
            held.Add(item);
        return held.Items;
    }

    private static IAsyncEnumerable<JsonElement> ItemsAsync(DeltaSharingClient client, IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        names switch
        {
            [] => client.ListSharesAsync(cancellationToken).Select(share => Item(("name", share.Name), ("id", share.Id))),
            [var share] => client.ListAllTablesAsync(share, cancellationToken).Select(Item),
            _ => client.ListTablesAsync(names[0], names[1], cancellationToken).Select(Item),
        };

    private static JsonElement Item(TableItem table) => Item(("share", table.Share), ("schema", table.Schema), ("name", table.Name), ("id", table.Id));

    private static JsonElement Item(params IReadOnlyList<(string Name, string? Text)> members) =>
        JsonSerializer.SerializeToElement(members.ToDictionary(member => member.Name, member => member.Text));
}
