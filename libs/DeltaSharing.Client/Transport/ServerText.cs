namespace Tideway.DeltaSharing.Client.Transport;

/// <summary>What a server says, for messages: it may say anything, at any length.</summary>
internal static class ServerText
{
    private const int MaxLength = 1000;

    /// <summary>The text without control characters, and cut where it is long.</summary>
    public static string Clip(string text)
    {
        var clipped = text.Length <= MaxLength ? text : string.Concat(text.AsSpan(0, MaxLength), "...");
        return clipped.Any(char.IsControl) ? string.Concat(clipped.Select(character => char.IsControl(character) ? ' ' : character)) : clipped;
    }
}
