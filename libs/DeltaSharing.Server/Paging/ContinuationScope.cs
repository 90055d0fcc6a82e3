namespace Tideway.DeltaSharing.Server.Paging;

/// <summary>What a token is bound to. It goes on only with the same.</summary>
/// <param name="Kind">What it goes on with.</param>
/// <param name="RecipientId">Whose it is.</param>
/// <param name="Resource">The list or table, such as a table's id.</param>
/// <param name="Parameters">All other parameters of the call, in one form whatever their order.</param>
public sealed record ContinuationScope(ContinuationKind Kind, Guid RecipientId, string Resource, string Parameters = "");
