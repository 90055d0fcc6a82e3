namespace Tideway.CdfPublisher.Deliveries;

/// <summary>What became of a notice.</summary>
public enum DeliveryState
{
    /// <summary>Waits to be sent, or to be sent again.</summary>
    Pending,

    /// <summary>The endpoint accepted it.</summary>
    Delivered,

    /// <summary>Given up.</summary>
    Failed,

    /// <summary>Not sent: the recipient may no longer know of the table, or the endpoint asked to stop.</summary>
    Cancelled,

    /// <summary>Became part of a later notice for the same table.</summary>
    Merged,
}
