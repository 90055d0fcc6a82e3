namespace Tideway.CdfPublisher.Partners;

/// <summary>An endpoint leads to where notices must not go.</summary>
internal sealed class EndpointRefusedException(string message) : Exception(message);
