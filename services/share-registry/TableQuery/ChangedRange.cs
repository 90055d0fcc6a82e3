using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>The versions that a query with a starting version is about, from the page on that is asked for.</summary>
/// <param name="Table">Whose.</param>
/// <param name="Position">Where the page begins.</param>
/// <param name="Begin">What its first version says of the table.</param>
/// <param name="IsFirst">Whether it is the first page, before whose first line the whole range is looked for.</param>
internal sealed record ChangedRange(DeltaTable Table, ChangesCursor Position, (Protocol Protocol, Metadata Metadata) Begin, bool IsFirst)
{
    // One page of most stores' lists.
    private const int Portion = 1_000;

    /// <summary>The versions, read one by one, and further ones only where they are asked for.</summary>
    public IAsyncEnumerable<VersionChanges> ReadAsync(CancellationToken cancellationToken) =>
        Table.ReadChangesAsync(
            Position.Version,
            Position.End,
            new ChangesOptions
            {
                Description = Begin,
                After = Position.After,
                Portion = IsFirst ? null : Portion,
            },
            cancellationToken
        );
}
