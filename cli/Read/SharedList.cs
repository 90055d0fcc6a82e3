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
        var items = await ReadAsync(client, names, HeldFiles.Limit, cancellationToken);
        if (names.Count == 0)
            call.Output.List(items, Column.Of("SHARE", "name"), Column.Of("ID", "id"));
        else
            call.Output.List(items, Column.Of("SHARE", "share"), Column.Of("SCHEMA", "schema"), Column.Of("TABLE", "name"));
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
        if (names.Count == 0)
        {
            await foreach (var share in client.ListSharesAsync(cancellationToken))
                held.Add(("name", share.Name), ("id", share.Id));
        }
        else
        {
            await foreach (var table in Tables(client, names, cancellationToken))
                held.Add(("share", table.Share), ("schema", table.Schema), ("name", table.Name), ("id", table.Id));
        }

        return held.Items;
    }

    private static IAsyncEnumerable<TableItem> Tables(DeltaSharingClient client, IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        names is [var share, var schema] ? client.ListTablesAsync(share, schema, cancellationToken) : client.ListAllTablesAsync(names[0], cancellationToken);
}
