using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tideway.ObjectStorage.Signing;

/// <summary>
/// The batch of <see cref="LocalUrlSigner"/>: what all addresses have in common is laid out once, and the key of the signature prepared once, so that
/// an address costs little more than its own hash. Gives the very addresses that the signer gives one by one.
/// </summary>
internal sealed class LocalUrlBatch : IUrlBatch
{
    private static readonly SearchValues<byte> Unreserved = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"u8);

    private readonly IncrementalHash hmac;
    private readonly byte[] urlStart;
    private readonly byte[] urlEnd;
    private readonly byte[] textEnd;
    private readonly int textStartLength;
    private readonly string folder;
    private byte[] text;

    public LocalUrlBatch(string filesUrl, StorageLocation table, byte[] key, DateTimeOffset expiresAt, string requestId, string? context)
    {
        ExpiresAt = expiresAt;
        folder = table.RelativePath.Length == 0 ? "" : table.RelativePath + "/";
        var seconds = expiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        urlStart = Encoding.UTF8.GetBytes($"{filesUrl}{table.RootName}/{Escape(folder)}");
        urlEnd = Encoding.UTF8.GetBytes(
            $"?exp={seconds}&sp={LocalUrlSignature.Access}&req={requestId}{(context is null ? "" : "&ctx=" + Uri.EscapeDataString(context))}&sig="
        );
        var textStart = Encoding.UTF8.GetBytes($"{LocalUrlSignature.TextStart}{table.RootName}\n{folder}");
        textEnd = Encoding.UTF8.GetBytes($"\n{seconds}\n{requestId}{(context is null ? "" : "\n" + context)}");
        textStartLength = textStart.Length;
        text = new byte[Math.Max(1024, textStart.Length + 256)];
        textStart.CopyTo(text, 0);
        hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
    }

    public DateTimeOffset ExpiresAt { get; }

    public void Write(string key, IBufferWriter<byte> destination)
    {
        // The folder was found valid when the batch began, and what is valid apart is valid together but for its length.
        ObjectKey.Validate(folder.Length == 0 ? key : folder + key);
        Reserve(Encoding.UTF8.GetMaxByteCount(key.Length));
        Write(Encoding.UTF8.GetBytes(key, text.AsSpan(textStartLength)), destination);
    }

    public void WriteValid(ReadOnlySpan<byte> key, IBufferWriter<byte> destination)
    {
        Reserve(key.Length);
        key.CopyTo(text.AsSpan(textStartLength));
        Write(key.Length, destination);
    }

    private void Write(int keyLength, IBufferWriter<byte> destination)
    {
        var end = textStartLength + keyLength;
        textEnd.CopyTo(text.AsSpan(end));
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        hmac.AppendData(text.AsSpan(0, end + textEnd.Length));
        hmac.GetHashAndReset(hash);

        var path = text.AsSpan(textStartLength, end - textStartLength);
        var url = destination.GetSpan(urlStart.Length + (path.Length * 3) + urlEnd.Length + LocalUrlSignature.TextLength);
        urlStart.CopyTo(url);
        var size = urlStart.Length + Escape(path, url[urlStart.Length..]);
        urlEnd.CopyTo(url[size..]);
        size += urlEnd.Length;
        Base64Url.EncodeToUtf8(hash, url[size..]);
        destination.Advance(size + LocalUrlSignature.TextLength);
    }

    public void Dispose() => hmac.Dispose();

    private void Reserve(int keyLength)
    {
        var needed = textStartLength + keyLength + textEnd.Length;
        if (text.Length < needed)
            Array.Resize(ref text, needed * 2);
    }

    private static int Escape(ReadOnlySpan<byte> path, Span<byte> escaped)
    {
        var size = 0;
        while (!path.IsEmpty)
        {
            var plain = path.IndexOfAnyExcept(Unreserved);
            plain = plain < 0 ? path.Length : plain;
            path[..plain].CopyTo(escaped[size..]);
            size += plain;
            if (plain == path.Length)
                break;
            escaped[size] = (byte)'%';
            Convert.TryToHexString(path.Slice(plain, 1), escaped[(size + 1)..], out _);
            size += 3;
            path = path[(plain + 1)..];
        }

        return size;
    }

    private static string Escape(string path) => Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal);
}
