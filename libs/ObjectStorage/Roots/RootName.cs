using System.Buffers;

namespace Tideway.ObjectStorage.Roots;

/// <summary>The rule of the names of roots, which show in URLs.</summary>
internal static class RootName
{
    private static readonly SearchValues<char> Characters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");

    public static void Validate(string name)
    {
        if (name.Length is 0 or > 63 || name.AsSpan().ContainsAnyExcept(Characters))
            throw new ObjectStorageException(
                ObjectStorageError.InvalidKey,
                $"Expected a storage root's name to be 1 to 63 of a-z, 0-9, - and _, got '{ObjectKey.Printable(name)}'."
            );
    }
}
