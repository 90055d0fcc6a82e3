using System.Diagnostics.CodeAnalysis;

namespace Tideway.DeltaSharing.Server.Serving;

/// <summary>
/// For whom and of which table the address of a file was signed. It goes with the address, under its signature, so that the read of a file is
/// recorded like the query that handed the address out. The recipient can read it: it holds the recipient's id, not the name that we gave it.
/// </summary>
/// <param name="RecipientId">Who queried the table.</param>
/// <param name="Share">Name of the share.</param>
/// <param name="Schema">Name of the schema.</param>
/// <param name="Table">Name of the table.</param>
public sealed record FileUrlContext(Guid RecipientId, string Share, string Schema, string Table)
{
    /// <summary>As it is signed: <c>id/share/schema/table</c>. No name of the protocol holds a slash.</summary>
    public string ToText() => $"{RecipientId:N}/{Share}/{Schema}/{Table}";

    /// <summary>Reads what <see cref="ToText"/> wrote; false for anything else.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out FileUrlContext? context)
    {
        context =
            text?.Split('/') is [var id, { Length: > 0 } share, { Length: > 0 } schema, { Length: > 0 } table]
            && Guid.TryParseExact(id, "N", out var recipientId)
                ? new FileUrlContext(recipientId, share, schema, table)
                : null;
        return context is not null;
    }
}
