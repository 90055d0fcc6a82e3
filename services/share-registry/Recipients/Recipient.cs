namespace Tideway.ShareRegistry.Recipients;

/// <summary>A recipient as recipient-auth last told of it.</summary>
internal sealed record Recipient
{
    public Guid RecipientId { get; init; }
    public string Name { get; init; } = "";
}
