using System.Buffers;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>Bytes that are held to be kept, and dropped as soon as they are too many for that. Not for several threads.</summary>
/// <param name="most">How many they may be.</param>
public sealed class GatheredBytes(long most)
{
    private ArrayBufferWriter<byte>? bytes = new();

    /// <summary>Adds some.</summary>
    public void Add(ReadOnlySpan<byte> more)
    {
        if (bytes?.WrittenCount + (long)more.Length > most)
            bytes = null;
        bytes?.Write(more);
    }

    /// <summary>All of them; <see langword="null"/> where they were too many.</summary>
    public byte[]? Take() => bytes?.WrittenSpan.ToArray();
}
