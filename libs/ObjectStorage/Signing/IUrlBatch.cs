using System.Buffers;
using System.Text;

namespace Tideway.ObjectStorage.Signing;

/// <summary>Makes addresses of many objects of one folder, all for the same reader and with the same end. Not for several threads.</summary>
public interface IUrlBatch : IDisposable
{
    /// <summary>From when on the addresses are refused; whole seconds.</summary>
    DateTimeOffset ExpiresAt { get; }

    /// <summary>
    /// Writes the address of an object in UTF-8: percent-encoded, so that no character of it needs escaping in a text of JSON.
    /// <see cref="ObjectStorageError.InvalidKey"/> where the key is malformed; nothing is written then.
    /// </summary>
    void Write(string key, IBufferWriter<byte> destination);

    /// <summary>The same for a key in UTF-8 that an earlier <see cref="Write"/> or <see cref="ObjectKey.Validate"/> found valid.</summary>
    void WriteValid(ReadOnlySpan<byte> key, IBufferWriter<byte> destination) => Write(Encoding.UTF8.GetString(key), destination);
}
