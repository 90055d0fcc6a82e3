using Tideway.CdfPublisher.Tables;

namespace Tideway.CdfPublisher.Deliveries;

/// <summary>Tells the sender that a notice may be due.</summary>
internal sealed class DeliverySignal : WakeSignal;
