using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Tables;
using Tideway.InboundSync.Runs;
using Tideway.InboundSync.Syncs;

namespace Tideway.InboundSync.Merge;

/// <summary>
/// Columns with variants, which a merge cannot write: what is read of them is JSON, which has fewer types, and DuckDB, which has variants, takes one that is null for a
/// value that is not there.
/// </summary>
internal static class VariantColumns
{
    /// <summary>Why a table of the schema cannot be merged, and what to do instead; <see langword="null"/> where it has none of them.</summary>
    public static string? Fault(StructType schema)
    {
        var names = schema.Fields.Where(field => HasVariants(field.Type)).Select(field => field.Name).ToList();
        return names.Count == 0
            ? null
            : $"The remote table has variants in {string.Join(", ", names)}, which a merge cannot write without loss. A sync of mode {SyncMode.Mirror} can take the table: it keeps the files as they are.";
    }

    /// <summary>Throws <see cref="SyncRefusedException"/> where the table has them.</summary>
    public static void RequireNone(Metadata remote)
    {
        if (Fault(SchemaJson.Parse(remote.SchemaString)) is { } fault)
            throw new SyncRefusedException(fault);
    }

    /// <summary>The same of a table that a server does not give to who merges; <see langword="null"/> where that has another reason.</summary>
    /// <param name="mirroring">Asks as a mirror does.</param>
    /// <param name="table">The table.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public static async Task<string?> FindFaultAsync(DeltaSharingClient mirroring, SharedTableName table, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await mirroring.GetMetadataAsync(table, cancellationToken: cancellationToken);
            return Fault(SchemaJson.Parse(SharedDescription.Of(answer).Metadata.SchemaString));
        }
        catch (DeltaSharingException)
        {
            // Then it is not about variants, and the first refusal says more.
            return null;
        }
    }

    /// <summary>Whether values of the type are variants or hold any.</summary>
    public static bool HasVariants(DeltaType type) => type.Contains(part => part is PrimitiveType { Kind: PrimitiveKind.Variant });
}
