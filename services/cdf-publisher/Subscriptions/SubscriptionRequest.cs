using Tideway.DeltaSharing.Protocol;

namespace Tideway.CdfPublisher.Subscriptions;

/// <summary>What a recipient asks for.</summary>
public sealed record SubscriptionRequest
{
    /// <summary>Where notices go: an https address that answers the OPTIONS handshake of CloudEvents webhooks.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The share.</summary>
    public string? Share { get; init; }

    /// <summary>Together with <see cref="Table"/>: the one table that it is about.</summary>
    public string? Schema { get; init; }

    /// <summary>Together with <see cref="Schema"/>: the one table that it is about.</summary>
    public string? Table { get; init; }

    /// <summary>What is wrong with the names; null where nothing is.</summary>
    internal string? FindFault()
    {
        if (SharingName.FindShareFault(Share) is { } shareFault)
            return $"share: {shareFault}; got '{Share}'.";
        if (Schema is null && Table is null)
            return null;
        if (Schema is null || Table is null)
            return $"schema, table: expected both or neither, got only {(Schema is null ? "table" : "schema")}.";
        if (SharingName.FindObjectFault(Schema) is { } schemaFault)
            return $"schema: {schemaFault}; got '{Schema}'.";
        return SharingName.FindObjectFault(Table) is { } tableFault ? $"table: {tableFault}; got '{Table}'." : null;
    }
}
