using Tideway.DeltaSharing.Server.Answers;
using Tideway.ShareRegistry.Tables;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>What took long of an answer, done.</summary>
/// <param name="Make">Makes the answer for a call, as often as somebody asks. Its addresses are signed for that call when it is sent.</param>
/// <param name="Table">What it was made from; null where it tells nothing of a table.</param>
internal sealed record PreparedAnswer(Func<TableCall, IResult> Make, ServedTable? Table = null)
{
    /// <summary>The same refusal for each call.</summary>
    public static implicit operator PreparedAnswer(ProtocolRefusal refusal) => new(_ => refusal);

    /// <summary>Whether the table is still the one that the answer is of.</summary>
    public async ValueTask<bool> IsOfSameTableAsync(CancellationToken cancellationToken) => Table is null || await Table.IsSameAsync(cancellationToken);
}
