namespace Tideway.ObjectStorage;

/// <summary>A folder, such as that of a table, within a configured storage root. Made by <see cref="StorageRoots.Resolve"/>.</summary>
/// <param name="RootName">The root's name in the configuration.</param>
/// <param name="RelativePath">Where the folder is below the root, with <c>/</c> between segments, not percent-encoded; empty for the root itself.</param>
/// <param name="Uri">The folder's own address; never ends with a slash.</param>
public sealed record StorageLocation(string RootName, string RelativePath, Uri Uri);
