namespace Tideway.ObjectStorage;

/// <summary>A part of an object: <paramref name="Length"/> bytes from <paramref name="Offset"/>, both in bytes.</summary>
public readonly record struct ByteRange(long Offset, long Length);
