using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Tideway.DeltaSharing.Server.Serving;

/// <summary>
/// For whom and of which table or volume the address of a file was signed. It goes with the address, under its signature, so that the read of a file is
/// recorded like the call that handed the address out. The recipient can read it: it holds the recipient's id, not the name that we gave it.
/// </summary>
/// <param name="RecipientId">Who made the call.</param>
/// <param name="Share">Name of the share.</param>
/// <param name="Schema">Name of the schema.</param>
/// <param name="Name">Name of the table or volume.</param>
public sealed record FileUrlContext(Guid RecipientId, string Share, string Schema, string Name)
{
    /// <summary>
    /// For a file of a volume: how many segments of the file's path below its storage root are the volume's folder, which whoever reads the file does not
    /// leave, by whatever links. <see langword="null"/> for a file of a table.
    /// </summary>
    public int? VolumeDepth { get; init; }

    /// <summary>Name of the table, where the file is one of a table.</summary>
    public string? Table => VolumeDepth is null ? Name : null;

    /// <summary>Name of the volume, where the file is one of a volume.</summary>
    public string? Volume => VolumeDepth is null ? null : Name;

    /// <summary>As it is signed: <c>id/share/schema/table</c>, or <c>id/share/schema/volume/depth</c>. No name of the protocol holds a slash.</summary>
    public string ToText() =>
        VolumeDepth is { } depth
            ? string.Create(CultureInfo.InvariantCulture, $"{RecipientId:N}/{Share}/{Schema}/{Name}/{depth}")
            : $"{RecipientId:N}/{Share}/{Schema}/{Name}";

    /// <summary>Reads what <see cref="ToText"/> wrote; false for anything else.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out FileUrlContext? context)
    {
        context = null;
        if (
            text?.Split('/') is not [var id, { Length: > 0 } share, { Length: > 0 } schema, { Length: > 0 } name, .. var rest]
            || !Guid.TryParseExact(id, "N", out var recipientId)
        )
            return false;
        context = rest switch
        {
            [] => new FileUrlContext(recipientId, share, schema, name),
            [var depth] when int.TryParse(depth, NumberStyles.None, CultureInfo.InvariantCulture, out var segments) => new FileUrlContext(
                recipientId,
                share,
                schema,
                name
            )
            {
                VolumeDepth = segments,
            },
            _ => null,
        };
        return context is not null;
    }
}
