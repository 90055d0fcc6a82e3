namespace Tideway.DeltaSharing.Server.Serving;

/// <summary>An access could not be recorded, so it must not be answered: 503.</summary>
public sealed class AccessSpoolException(string message, Exception? innerException = null) : Exception(message, innerException);
