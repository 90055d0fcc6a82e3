namespace Tideway.Hosting.Messaging;

/// <summary>A consumer of an event somewhere in the organisation.</summary>
/// <param name="Queue">Service and consumer in kebab case, for example <c>audit-record-share-granted</c>.</param>
/// <param name="EventType">The event.</param>
public sealed record EventSubscription(string Queue, Type EventType);
