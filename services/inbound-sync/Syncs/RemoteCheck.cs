using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaSharing.Client;
using Tideway.Hosting.Web;
using Tideway.InboundSync.Merge;
using Tideway.InboundSync.Providers;
using Tideway.InboundSync.Runs;

namespace Tideway.InboundSync.Syncs;

/// <summary>Asks the provider whether what a new sync names is there, so that a slip of the pen shows at once and not in the first run.</summary>
internal sealed class RemoteCheck(ProviderConnections connections, IOptions<SyncOptions> options)
{
    private const int NamesShown = 20;

    /// <summary>What is wrong with the table or the keys, or why the provider could not be asked; <see langword="null"/> where all is well.</summary>
    public async Task<ProblemHttpResult?> FindFaultAsync(
        Provider provider,
        SharedTableName table,
        string mode,
        IReadOnlyList<string> keys,
        CancellationToken cancellationToken
    )
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Value.AskProviderAtMost);
        try
        {
            var client = connections.ConnectBriefly(provider, SyncMode.ReaderFeatures(mode));
            try
            {
                var answer = await client.GetMetadataAsync(table, cancellationToken: patience.Token);
                return SchemaFault(provider, table, mode, keys, answer.Metadata.SchemaString);
            }
            catch (DeltaSharingException exception) when (mode == SyncMode.Merge && IsRefusal(exception))
            {
                var mirroring = connections.ConnectBriefly(provider, SyncMode.ReaderFeatures(SyncMode.Mirror));
                if (await VariantColumns.FindFaultAsync(mirroring, table, patience.Token) is not { } fault)
                    throw;
                return Problems.Invalid($"table: {fault}");
            }
            catch (DeltaSharingException exception) when (exception.Error is DeltaSharingError.NotFound)
            {
                return await FindMissingAsync(client, provider, table, patience.Token);
            }
        }
        catch (DeltaSharingException exception) when (exception.Error is DeltaSharingError.InvalidRequest)
        {
            return Problems.Invalid($"table: expected one that provider '{provider.Name}' can serve; of {table} it says: {exception.Message}");
        }
        catch (DeltaSharingException exception) when (exception.Error is DeltaSharingError.Unsupported)
        {
            return Problems.Invalid($"table: expected one that a sync of mode {mode} can take; of {table} of provider '{provider.Name}': {exception.Message}");
        }
        catch (DeltaSharingException exception)
        {
            return Unavailable(provider, exception.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Unavailable(provider, $"no answer within {options.Value.AskProviderAtMost.TotalSeconds} s.");
        }
    }

    private static ProblemHttpResult? SchemaFault(Provider provider, SharedTableName table, string mode, IReadOnlyList<string> keys, string schemaString)
    {
        StructType schema;
        try
        {
            schema = SchemaJson.Parse(schemaString);
        }
        catch (DeltaLogException exception)
        {
            return Unavailable(provider, $"the schema of {table} is none that can be read: {exception.Message}");
        }

        if (mode == SyncMode.Merge && VariantColumns.Fault(schema) is { } fault)
            return Problems.Invalid($"table: {fault}");
        var missing = keys.Where(key => schema.Find(key) is null).ToList();
        return missing.Count == 0
            ? null
            : Problems.Invalid(
                $"keys: expected columns of {table} of provider '{provider.Name}', which are {Names(schema.Fields.Select(field => field.Name))}; got {string.Join(", ", missing)}."
            );
    }

    /// <summary>Which of the three names it is that the provider does not have for us.</summary>
    private static async Task<ProblemHttpResult> FindMissingAsync(
        DeltaSharingClient client,
        Provider provider,
        SharedTableName table,
        CancellationToken cancellationToken
    )
    {
        var shares = await client.ListSharesAsync(cancellationToken).Select(share => share.Name).ToListAsync(cancellationToken);
        if (!Has(shares, table.Share))
            return Missing("SHARE_DOES_NOT_EXIST", "share", $"a share that provider '{provider.Name}' shares with us", shares, table.Share);
        var schemas = await client.ListSchemasAsync(table.Share, cancellationToken).Select(schema => schema.Name).ToListAsync(cancellationToken);
        if (!Has(schemas, table.Schema))
            return Missing("SCHEMA_DOES_NOT_EXIST", "schema", $"a schema of share {table.Share} of provider '{provider.Name}'", schemas, table.Schema);
        var tables = await client.ListTablesAsync(table.Share, table.Schema, cancellationToken).Select(item => item.Name).ToListAsync(cancellationToken);
        return Has(tables, table.Table)
            ? Unavailable(provider, $"it lists the table {table} but says that it does not exist.")
            : Missing("TABLE_DOES_NOT_EXIST", "table", $"a table of {table.Share}.{table.Schema} of provider '{provider.Name}'", tables, table.Table);
    }

    private static ProblemHttpResult Missing(string code, string field, string expected, List<string> there, string got) =>
        Problems.NotFound(code, $"{field}: expected {expected}, {(there.Count == 0 ? "of which there is none" : $"which are {Names(there)}")}; got '{got}'.");

    private static ProblemHttpResult Unavailable(Provider provider, string reason) =>
        Problems.Of(
            StatusCodes.Status502BadGateway,
            "PROVIDER_UNAVAILABLE",
            $"Provider '{provider.Name}' at {provider.Endpoint} could not be asked for the table: {reason} Nothing was created; validate=false (--no-check on the command line) creates the sync without asking."
        );

    /// <summary>Whether the table is refused to who reads as this one does, by the server or for what it answered.</summary>
    internal static bool IsRefusal(DeltaSharingException exception) => exception.Error is DeltaSharingError.Unsupported or DeltaSharingError.InvalidRequest;

    private static bool Has(IEnumerable<string> names, string name) => names.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static string Names(IEnumerable<string> names)
    {
        var all = names.ToList();
        return string.Join(", ", all.Take(NamesShown)) + (all.Count > NamesShown ? $" and {all.Count - NamesShown} more" : "");
    }
}
