namespace Tideway.DeltaLog.DeletionVectors;

/// <summary>Bytes as text, five characters for four bytes. See <see href="https://rfc.zeromq.org/spec/32/">Z85</see>.</summary>
internal static class Z85
{
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

    private static readonly sbyte[] Values = MakeValues();

    /// <summary>The bytes; <see cref="FormatException"/> where the text is not Z85.</summary>
    public static byte[] Decode(ReadOnlySpan<char> text)
    {
        if (text.Length % 5 != 0)
            throw new FormatException($"expected Z85 text in groups of five, found {text.Length} characters");
        var bytes = new byte[text.Length / 5 * 4];
        for (var (from, to) = (0, 0); from < text.Length; from += 5, to += 4)
        {
            ulong group = 0;
            foreach (var letter in text.Slice(from, 5))
            {
                if (letter >= Values.Length || Values[letter] < 0)
                    throw new FormatException($"U+{(int)letter:X4} is not a character of Z85");
                group = (group * 85) + (uint)Values[letter];
            }

            if (group > uint.MaxValue)
                throw new FormatException("a group of Z85 text exceeds four bytes");
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(to), (uint)group);
        }

        return bytes;
    }

    /// <summary>The text of bytes in groups of four.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % 4 != 0)
            throw new ArgumentException($"Expected bytes in groups of four, found {bytes.Length}.", nameof(bytes));
        var text = new char[bytes.Length / 4 * 5];
        for (var (from, to) = (0, 0); from < bytes.Length; from += 4, to += 5)
        {
            var group = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes[from..]);
            for (var index = 4; index >= 0; index--, group /= 85)
                text[to + index] = Alphabet[(int)(group % 85)];
        }

        return new string(text);
    }

    private static sbyte[] MakeValues()
    {
        var values = new sbyte[128];
        Array.Fill(values, (sbyte)-1);
        for (var index = 0; index < Alphabet.Length; index++)
            values[Alphabet[index]] = (sbyte)index;
        return values;
    }
}
