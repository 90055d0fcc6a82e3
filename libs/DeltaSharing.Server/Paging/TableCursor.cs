using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Tideway.DeltaSharing.Server.Answers;

namespace Tideway.DeltaSharing.Server.Paging;

/// <summary>
/// Where a token goes on in a table, and in which: one that is made anew at the same place is another table, whose files must not go on where those of the first
/// ended. The table is told by its own id (<c>metaData.id</c>), of which the token holds a short mark.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#change-metadata">Change Metadata</see>.
/// </summary>
/// <param name="Position">Where to go on.</param>
/// <param name="Mark">The mark of the table; <see langword="null"/> in tokens of versions of this library that made none.</param>
public readonly record struct TableCursor(string Position, string? Mark)
{
    private const char Separator = '~';
    private const int MarkBytes = 8;

    /// <summary>The cursor of a token.</summary>
    /// <param name="position">Where to go on.</param>
    /// <param name="tableId">The table's own id.</param>
    public static string Write(string position, string tableId) => $"{position}{Separator}{MarkOf(tableId)}";

    /// <summary>Reads the cursor of a token.</summary>
    public static TableCursor Parse(string cursor)
    {
        ArgumentNullException.ThrowIfNull(cursor);
        var end = cursor.LastIndexOf(Separator);
        return end < 0 ? new TableCursor(cursor, null) : new TableCursor(cursor[..end], cursor[(end + 1)..]);
    }

    /// <summary>The refusal where the token is not of this table: there is nothing left that it could go on with.</summary>
    public ProtocolRefusal? Check(string tableId, ContinuationKind kind) =>
        Mark is null || Mark == MarkOf(tableId) ? null : new Continuation.Expired().ToRefusal(kind);

    private static string MarkOf(string tableId)
    {
        ArgumentNullException.ThrowIfNull(tableId);
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(tableId)).AsSpan(0, MarkBytes));
    }
}
