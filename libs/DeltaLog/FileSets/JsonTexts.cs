using System.Text.Json;
using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.FileSets;

/// <summary>Texts of JSON as UTF-8, without a string for each. Everything unexpected is a <see cref="JsonException"/>.</summary>
internal static class JsonTexts
{
    /// <summary>The string that follows, in place of what <paramref name="target"/> held; false where it is null.</summary>
    public static bool TakeText(this ref Utf8JsonReader reader, ByteBuilder target)
    {
        target.Clear();
        JsonFields.Advance(ref reader);
        if (reader.TokenType == JsonTokenType.Null)
            return false;
        if (reader.TokenType != JsonTokenType.String)
            throw JsonFields.Unexpected(ref reader, "a string");
        Copy(ref reader, target);
        return true;
    }

    /// <summary>The name that the reader stands on, in place of what <paramref name="target"/> held.</summary>
    public static void TakeName(this ref Utf8JsonReader reader, ByteBuilder target)
    {
        target.Clear();
        Copy(ref reader, target);
    }

    // Unescaped it is never longer.
    private static void Copy(ref Utf8JsonReader reader, ByteBuilder target) => target.Advance(reader.CopyString(target.Reserve(reader.ValueSpan.Length)));
}
