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
        if (names.Count == 0)
        {
            var shares = new List<JsonElement>();
            await foreach (var share in client.ListSharesAsync(cancellationToken))
                shares.Add(JsonSerializer.SerializeToElement(new { name = share.Name, id = share.Id }));
            call.Output.List(shares, Column.Of("SHARE", "name"), Column.Of("ID", "id"));
            return;
        }

        var tables = new List<JsonElement>();
        await foreach (var table in Tables(client, names, cancellationToken))
            tables.Add(
                JsonSerializer.SerializeToElement(
                    new
                    {
                        share = table.Share,
                        schema = table.Schema,
                        name = table.Name,
                        id = table.Id,
                    }
                )
            );
        call.Output.List(tables, Column.Of("SHARE", "share"), Column.Of("SCHEMA", "schema"), Column.Of("TABLE", "name"));
    }

    private static IAsyncEnumerable<TableItem> Tables(DeltaSharingClient client, IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        names is [var share, var schema] ? client.ListTablesAsync(share, schema, cancellationToken) : client.ListAllTablesAsync(names[0], cancellationToken);
}
