using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Listing;

namespace Tideway.DeltaSharing.Client;

/// <summary>A table of a server.</summary>
/// <param name="Share">The share's name.</param>
/// <param name="Schema">The schema's name.</param>
/// <param name="Table">The table's name.</param>
public sealed record SharedTableName(string Share, string Schema, string Table)
{
    /// <summary>The name of a listed table.</summary>
    public static SharedTableName Of(TableItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return new SharedTableName(item.Share, item.Schema, item.Name);
    }

    /// <summary><c>share.schema.table</c>.</summary>
    public override string ToString() => $"{Share}.{Schema}.{Table}";

    internal string Path =>
        $"{SharePath(Share)}/schemas/{Segment(Schema, SharingName.FindObjectFault(Schema))}/tables/{Segment(Table, SharingName.FindObjectFault(Table))}";

    internal static string SharePath(string share) => $"shares/{Segment(share, SharingName.FindShareFault(share))}";

    internal static string SchemaPath(string share, string schema) => $"{SharePath(share)}/schemas/{Segment(schema, SharingName.FindObjectFault(schema))}";

    internal static string Segment(string name, string? fault)
    {
        // A share may be named with dots, but these two would climb out of the server's prefix.
        if (name is "." or "..")
            fault = "a name is neither . nor ..";
        return fault is null ? Uri.EscapeDataString(name) : throw new ArgumentException($"'{name}' is no name of the protocol: {fault}.", nameof(name));
    }
}
