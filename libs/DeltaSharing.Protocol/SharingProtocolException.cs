namespace Tideway.DeltaSharing.Protocol;

/// <summary>How something fell short of the protocol.</summary>
public enum SharingProtocolError
{
    /// <summary>It is not JSON, or not of the shape the protocol gives it.</summary>
    Malformed,

    /// <summary>It is of a version or kind that is not supported here.</summary>
    Unsupported,

    /// <summary>A line is longer than the reader takes.</summary>
    LineTooLong,

    /// <summary>The answer ended in the middle of a line.</summary>
    Truncated,
}

/// <summary>What was read does not follow the protocol. The message says what was expected, what came and where; it never holds credentials.</summary>
public sealed class SharingProtocolException(SharingProtocolError error, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>How it fell short.</summary>
    public SharingProtocolError Error { get; } = error;
}
