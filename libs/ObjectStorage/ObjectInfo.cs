namespace Tideway.ObjectStorage;

/// <summary>An object of a store.</summary>
/// <param name="Key">Key relative to the store's root, with <c>/</c> between segments, not percent-encoded.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="LastModified">When the store last took in its content.</param>
public sealed record ObjectInfo(string Key, long Size, DateTimeOffset LastModified);
