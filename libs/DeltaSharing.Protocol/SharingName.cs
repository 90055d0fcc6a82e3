namespace Tideway.DeltaSharing.Protocol;

/// <summary>The rules of object names: at most 255 characters; no space, slash or control character; no dot in schemas and what is in them. Case does not count.</summary>
public static class SharingName
{
    /// <summary>The longest name in characters.</summary>
    public const int MaxLength = 255;

    /// <summary>How names are compared.</summary>
    public static StringComparer Comparer => StringComparer.OrdinalIgnoreCase;

    /// <summary>What is wrong with <paramref name="name"/> as the name of a share, or <see langword="null"/> where nothing is.</summary>
    /// <remarks>A dot is allowed, but clients that write <c>share.schema.table</c> cannot reach such a share.</remarks>
    public static string? FindShareFault(string? name) => FindFault(name, dotAllowed: true);

    /// <summary>What is wrong with <paramref name="name"/> as the name of a schema, table, volume or the like, or <see langword="null"/> where nothing is.</summary>
    public static string? FindObjectFault(string? name) => FindFault(name, dotAllowed: false);

    private static string? FindFault(string? name, bool dotAllowed)
    {
        if (string.IsNullOrEmpty(name))
            return "a name is not empty";
        if (name.Length > MaxLength)
            return $"a name has at most {MaxLength} characters, not {name.Length}";
        foreach (var c in name)
        {
            switch (c)
            {
                case ' ':
                    return "a name holds no space";
                case '/':
                    return "a name holds no slash";
                case < ' ' or '\u007f':
                    return $"a name holds no control character, such as U+{(int)c:X4}";
                case '.' when !dotAllowed:
                    return "a name holds no dot";
            }
        }

        return null;
    }
}
