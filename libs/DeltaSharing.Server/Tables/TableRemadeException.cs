using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;

namespace Tideway.DeltaSharing.Server.Tables;

/// <summary>At the place of a table there is another one by now, which is not to be told with it.</summary>
/// <param name="root">Where the table is; for the operator alone.</param>
public sealed class TableRemadeException(Uri root) : Exception($"The table at '{root}' was removed and made anew while it was read.")
{
    /// <summary>What a recipient is told who asks for the table with that name: to ask again.</summary>
    public static ProtocolRefusal ToRefusal(string fullName) =>
        new(503, ErrorCodes.TemporarilyUnavailable, $"Table {fullName} was made anew while it was read. Ask again, from the first page on.")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };
}
