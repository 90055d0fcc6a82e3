using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaSharing.Tables;
using Tideway.InboundSync.Merge;

namespace Tideway.InboundSync.Runs;

/// <summary>
/// What a local table asks of its readers and writers that has the files of a remote one: what those files need and no more. What the remote table asks of those who
/// read its log, or keep it, is no matter of the files.
/// </summary>
internal static class ReceivedProtocol
{
    private const string Variants = "variant";

    private static readonly string[] Untold = ["variantType", "variantShredding"];

    /// <summary>The protocol of the local table; that which it has, where that is enough.</summary>
    /// <param name="held">What it has, if there is a table.</param>
    /// <param name="schema">The columns that it has, or is to have.</param>
    /// <param name="configuration">The settings that it has, or is to have.</param>
    /// <param name="remote">What the remote table asks of readers of its files.</param>
    /// <param name="hasVectors">Whether any file comes with deleted rows.</param>
    public static Protocol With(Protocol? held, StructType schema, IReadOnlyDictionary<string, string> configuration, SharedDescription remote, bool hasVectors)
    {
        var features = new List<string>();
        if (hasVectors)
            features.Add(TableFeatures.DeletionVectors);
        if (VariantColumns.HasVariants(schema))
        {
            var told = (remote.Protocol.ReaderFeatures ?? []).Where(name => name.StartsWith(Variants, StringComparison.Ordinal)).ToList();
            // A server that sends the table as a plain one does not say whether they are shredded.
            features.AddRange(told.Count > 0 ? told : Untold);
        }

        return NewTableProtocol.With(held, schema, configuration, features);
    }
}
