using Tideway.DeltaSharing.Protocol.Lines;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>Lines of which the first is made already, so that what cannot be read at all fails before an answer has begun.</summary>
internal static class PeekedLines
{
    public static async Task<IAsyncEnumerable<SharingLine>> OfAsync(IAsyncEnumerable<SharingLine> lines)
    {
        var enumerator = lines.GetAsyncEnumerator();
        try
        {
            var hasFirst = await enumerator.MoveNextAsync();
            return GoOnAsync(enumerator, hasFirst);
        }
        catch
        {
            await enumerator.DisposeAsync();
            throw;
        }
    }

    private static async IAsyncEnumerable<SharingLine> GoOnAsync(IAsyncEnumerator<SharingLine> enumerator, bool hasLine)
    {
        await using (enumerator)
        {
            while (hasLine)
            {
                yield return enumerator.Current;
                hasLine = await enumerator.MoveNextAsync();
            }
        }
    }
}
