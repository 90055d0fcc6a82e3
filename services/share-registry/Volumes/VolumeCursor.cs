using Tideway.ObjectStorage;

namespace Tideway.ShareRegistry.Volumes;

/// <summary>Where the next page of a volume's files begins, as it is written into a page token.</summary>
internal static class VolumeCursor
{
    // Tokens go into the line of a request, which has room for eight thousand characters. A store that marks its places with more begins at the beginning.
    private const int MaxMark = 3000;

    // No key holds one.
    private const char Separator = '\n';

    public static string ToText(ListPosition position) => position.Mark is { Length: <= MaxMark } mark ? position.After + Separator + mark : position.After;

    public static ListPosition Parse(string text) =>
        text.IndexOf(Separator) is var end and >= 0 ? new ListPosition(text[..end], text[(end + 1)..]) : new ListPosition(text);
}
