using System.Text;
using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.FileSets;

/// <summary>Names with their values (partition values, tags) as bytes: their number, then each name and value with its length, one more where it is not null.</summary>
internal static class PackedPairs
{
    public static void Append(ByteBuilder target, IReadOnlyDictionary<string, string?> pairs)
    {
        target.AppendLength(pairs.Count);
        foreach (var (name, value) in pairs)
        {
            target.AppendText(name);
            if (value is null)
            {
                target.AppendLength(0);
                continue;
            }

            target.AppendLength(Encoding.UTF8.GetByteCount(value) + 1);
            target.Append(value);
        }
    }

    public static void AppendPair(ByteBuilder target, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool isNull)
    {
        target.AppendText(name);
        target.AppendLength(isNull ? 0 : value.Length + 1);
        target.Append(value);
    }

    public static IReadOnlyDictionary<string, string?> Read(ref ByteCursor cursor)
    {
        var count = cursor.TakeLength();
        if (count == 0)
            return JsonFields.NoPairs;
        var pairs = new Dictionary<string, string?>(count, StringComparer.Ordinal);
        for (var index = 0; index < count; index++)
        {
            var name = cursor.TakeString();
            var length = cursor.TakeLength();
            pairs[name] = length == 0 ? null : Encoding.UTF8.GetString(cursor.TakeBytes(length - 1));
        }

        return pairs;
    }

    /// <summary>Whether there is that name, and its value, the last one where there are several; null is empty.</summary>
    public static bool Contains(ReadOnlySpan<byte> packed, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var cursor = new ByteCursor(packed);
        var isThere = false;
        value = default;
        for (var left = cursor.TakeLength(); left > 0; left--)
        {
            var found = cursor.TakeText();
            var length = cursor.TakeLength();
            var text = length == 0 ? default : cursor.TakeBytes(length - 1);
            if (!found.SequenceEqual(name))
                continue;
            isThere = true;
            value = text;
        }

        return isThere;
    }
}
