namespace Tideway.DeltaSharing.Server.Authentication;

/// <summary>Who makes a protocol call.</summary>
/// <param name="Id">The recipient's id.</param>
/// <param name="Name">The recipient's name.</param>
/// <param name="Properties">What row rules may refer to.</param>
public sealed record Recipient(Guid Id, string Name, IReadOnlyDictionary<string, string> Properties);
