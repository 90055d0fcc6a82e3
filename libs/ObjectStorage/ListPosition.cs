namespace Tideway.ObjectStorage;

/// <summary>Where a list of objects goes on.</summary>
/// <param name="After">The key that was told last. What follows sorts after it, but for accounts of Azure with folders, which list what is in one where the folder comes.</param>
/// <param name="Mark">
/// The store's own mark of the place, where it has no way to start after a key; opaque, good only for the same store and prefix. Without it such a store has to begin
/// at the beginning.
/// </param>
public sealed record ListPosition(string After, string? Mark = null);
