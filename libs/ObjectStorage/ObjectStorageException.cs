namespace Tideway.ObjectStorage;

/// <summary>What went wrong in an object store.</summary>
public enum ObjectStorageError
{
    /// <summary>There is no object with that key.</summary>
    NotFound,

    /// <summary>The key or location is malformed or would leave the store's root.</summary>
    InvalidKey,

    /// <summary>The location lies in none of the configured storage roots.</summary>
    OutsideRoots,

    /// <summary>The store refused the access.</summary>
    AccessDenied,

    /// <summary>No space is left for the object.</summary>
    OutOfSpace,

    /// <summary>The store failed otherwise; trying again may help.</summary>
    Unavailable,

    /// <summary>The store cannot do this at all.</summary>
    Unsupported,
}

/// <summary>A store could not do what was asked. The message says what was expected, what came and where.</summary>
public sealed class ObjectStorageException(ObjectStorageError error, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>What went wrong.</summary>
    public ObjectStorageError Error { get; } = error;
}
