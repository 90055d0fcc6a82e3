using System.Text;

namespace Tideway.Cli.Output;

/// <summary>Text from a server on its way to a terminal. Control characters could move the cursor and hide or fake what is shown.</summary>
internal static class SafeText
{
    public static string Of(string text)
    {
        if (!text.Any(IsUnsafe))
            return text;
        var safe = new StringBuilder(text.Length);
        foreach (var character in text)
            safe.Append(IsUnsafe(character) ? ' ' : character);
        return safe.ToString();
    }

    // Besides the control characters, those that turn the direction of writing.
    private static bool IsUnsafe(char character) => char.IsControl(character) || character is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
