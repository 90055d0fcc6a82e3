namespace Tideway.ShareRegistry.Shares;

/// <summary>The objects of one kind in a share while they are being changed.</summary>
/// <param name="shareName">Name of the share, for refusals.</param>
/// <param name="kind">What an object is called: <c>table</c> or <c>volume</c>.</param>
/// <param name="limit">How many there may be.</param>
/// <param name="present">Those that are there.</param>
internal sealed class ObjectList<T>(string shareName, string kind, int limit, IEnumerable<T> present)
    where T : class, IShareObject
{
    private readonly List<T> items = [.. present];

    public IReadOnlyList<T> Items => items;

    public Refusal? Add(T item)
    {
        if (IndexOf(item.SharedAs) >= 0)
            return AlreadyThere(item.SharedAs);
        if (items.Count >= limit)
            return Refusal.LimitExceeded($"Share '{shareName}' holds {limit} {kind}s already, which is the most there may be.");
        items.Add(item);
        return null;
    }

    public Refusal? Remove(string? name, string? sharedAs)
    {
        if (Find(name, sharedAs, out var index) is { } refusal)
            return refusal;
        items.RemoveAt(index);
        return null;
    }

    /// <summary>Describes an object anew; its name or its present alias says which.</summary>
    public Refusal? Update(string? name, string? sharedAs, Func<T, Outcome<T>> change)
    {
        if (Find(name, sharedAs, out var index) is { } refusal)
            return refusal;
        var changed = change(items[index]);
        if (changed.Value is not { } after)
            return changed.Refusal;
        var taken = IndexOf(after.SharedAs);
        if (taken >= 0 && taken != index)
            return AlreadyThere(after.SharedAs);
        items[index] = after;
        return null;
    }

    private Refusal? Find(string? name, string? sharedAs, out int index)
    {
        var matches = Enumerable.Range(0, items.Count).Where(i => name is not null && Same(items[i].SourceName, name)).ToList();
        if (matches.Count > 1 && sharedAs is not null)
            matches.RemoveAll(i => !Same(items[i].SharedAs, sharedAs));
        if (matches.Count == 0)
            matches.AddRange(Enumerable.Range(0, items.Count).Where(i => Same(items[i].SharedAs, name ?? sharedAs ?? "")));
        index = matches.Count == 1 ? matches[0] : -1;
        return matches.Count switch
        {
            1 => null,
            0 => Refusal.NotFound($"{kind.ToUpperInvariant()}_DOES_NOT_EXIST", $"{Kind} '{name ?? sharedAs}' is not in share '{shareName}'."),
            _ => Refusal.Invalid($"Several {kind}s of share '{shareName}' are named '{name}'; say which by its present shared_as."),
        };
    }

    private string Kind => char.ToUpperInvariant(kind[0]) + kind[1..];

    private int IndexOf(string sharedAs) => items.FindIndex(item => Same(item.SharedAs, sharedAs));

    private Refusal AlreadyThere(string sharedAs) => Refusal.Conflict("RESOURCE_ALREADY_EXISTS", $"Share '{shareName}' has a {kind} '{sharedAs}' already.");

    private static bool Same(string left, string right) => string.Equals(Share.KeyOf(left), Share.KeyOf(right), StringComparison.Ordinal);
}
