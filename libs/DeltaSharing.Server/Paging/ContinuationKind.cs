namespace Tideway.DeltaSharing.Server.Paging;

/// <summary>What a token goes on with. A token of one kind is none of another.</summary>
public enum ContinuationKind
{
    /// <summary>The next page of a list.</summary>
    List = 1,

    /// <summary>The next page of a query or of changes.</summary>
    Query = 2,

    /// <summary>The same files again, with fresh URLs.</summary>
    Refresh = 3,
}
