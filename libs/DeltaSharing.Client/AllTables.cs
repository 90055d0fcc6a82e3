using System.Runtime.CompilerServices;
using Tideway.DeltaSharing.Client.Transport;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Listing;

namespace Tideway.DeltaSharing.Client;

/// <summary>The tables of a share: in one list, or, of servers that have no such list, schema by schema.</summary>
internal static class AllTables
{
    /// <param name="client">Lists schemas, and the tables of each.</param>
    /// <param name="share">The share.</param>
    /// <param name="all">The one list.</param>
    /// <param name="cancellationToken">Ends the list.</param>
    public static async IAsyncEnumerable<TableItem> ListAsync(
        DeltaSharingClient client,
        string share,
        IAsyncEnumerable<ListPage<TableItem>> all,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var pages = all.GetAsyncEnumerator(cancellationToken);
        bool? isPage;
        await using (pages.ConfigureAwait(false))
        {
            isPage = await BeginAsync(pages).ConfigureAwait(false);
            while (isPage == true)
            {
                foreach (var table in pages.Current.Items)
                    yield return table;
                isPage = await pages.MoveNextAsync().ConfigureAwait(false);
            }
        }

        if (isPage is not null)
            yield break;
        await foreach (var schema in client.ListSchemasAsync(share, cancellationToken).ConfigureAwait(false))
        {
            await foreach (var table in client.ListTablesAsync(share, Check(share, schema), cancellationToken).ConfigureAwait(false))
                yield return table;
        }
    }

    // Nothing where there is no such list. Only its first page says so: what was begun is not begun anew. Where it is the share that is missing, the list of
    // its schemas is missing too, and that is told.
    private static async Task<bool?> BeginAsync(IAsyncEnumerator<ListPage<TableItem>> pages)
    {
        try
        {
            return await pages.MoveNextAsync().ConfigureAwait(false);
        }
        catch (DeltaSharingException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    private static string Check(string share, SchemaItem schema) =>
        SharingName.FindObjectFault(schema.Name) is not { } fault
            ? schema.Name
            : throw new DeltaSharingException(
                DeltaSharingError.MalformedAnswer,
                $"Expected names of schemas in {share}, got '{ServerText.Clip(schema.Name)}': {fault}."
            );
}
