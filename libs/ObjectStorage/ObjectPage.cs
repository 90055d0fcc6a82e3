namespace Tideway.ObjectStorage;

/// <summary>A part of a list of objects.</summary>
/// <param name="Objects">The objects, in the order of the list.</param>
/// <param name="Next">Where the rest begins; <see langword="null"/> where there is none. A rest may turn out to be empty.</param>
public sealed record ObjectPage(IReadOnlyList<ObjectInfo> Objects, ListPosition? Next)
{
    /// <summary>What object stores give at once. One object more, to see whether there is one, would be one more call.</summary>
    internal const int OfStores = 1000;

    /// <summary>The beginning of a list, of at most <paramref name="limit"/> objects, which are at least one.</summary>
    internal static async Task<ObjectPage> ReadAsync(IAsyncEnumerable<ObjectInfo> objects, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var found = new List<ObjectInfo>();
        await foreach (var item in objects.ConfigureAwait(false))
        {
            if (found.Count == limit)
                return new ObjectPage(found, new ListPosition(found[^1].Key));
            found.Add(item);
            if (found.Count == limit && limit >= OfStores)
                return new ObjectPage(found, new ListPosition(item.Key));
        }

        return new ObjectPage(found, null);
    }
}
