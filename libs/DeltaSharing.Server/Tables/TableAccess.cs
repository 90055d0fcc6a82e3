namespace Tideway.DeltaSharing.Server.Tables;

/// <summary>
/// The ways in which recipients may read a table, as lists and metadata tell them. Without a word the files are read by signed addresses; a location is
/// told exactly where the table's folder can be read with credentials of the store.
/// See <see href="https://github.com/delta-io/delta-sharing/blob/main/PROTOCOL.md#list-tables-in-a-schema">accessModes</see>.
/// </summary>
/// <param name="Modes"><c>url</c> and <c>dir</c>, as far as they are offered; null where nothing is said.</param>
/// <param name="Location">The table's folder, where <c>dir</c> is offered.</param>
public sealed record TableAccess(IReadOnlyList<string>? Modes, string? Location)
{
    private static readonly string[] UrlOnly = ["url"];
    private static readonly string[] UrlAndDirectory = ["url", "dir"];

    /// <summary>Nothing is said.</summary>
    public static TableAccess Unsaid { get; } = new(null, null);

    /// <summary>Only signed addresses, although more was asked for.</summary>
    public static TableAccess ByUrl { get; } = new(UrlOnly, null);

    /// <summary>Also the folder itself.</summary>
    public static TableAccess ByDirectory(string location) => new(UrlAndDirectory, location);
}
