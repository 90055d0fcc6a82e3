namespace Tideway.ObjectStorage;

/// <summary>Where a list of objects goes on.</summary>
/// <param name="After">The key that all what follows sorts after.</param>
/// <param name="Mark">
/// The store's own mark of the place, where it has no way to start after a key; opaque, good only for the same store and prefix. Without it such a store has to begin
/// at the beginning.
/// </param>
public sealed record ListPosition(string After, string? Mark = null);
