namespace Tideway.ObjectStorage.Local;

/// <summary>
/// Names of files that are still being written. They lie beside the object they become, because a link or rename does not cross file
/// systems; they start with a dot, so that Delta readers skip them.
/// </summary>
internal static class TemporaryName
{
    private const string Suffix = ".partial";
    private const int Length = 1 + 32 + 8;

    public static string Create() => string.Create(null, $".{Guid.CreateVersion7():N}{Suffix}");

    public static bool Matches(ReadOnlySpan<char> fileName) =>
        fileName.Length == Length && fileName[0] == '.' && fileName.EndsWith(Suffix, StringComparison.Ordinal);
}
