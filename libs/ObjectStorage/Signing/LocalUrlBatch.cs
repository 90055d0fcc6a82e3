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
    private static readonly SearchValues<char> Unreserved = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/");

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
        var needed = textStartLength + Encoding.UTF8.GetMaxByteCount(key.Length) + textEnd.Length;
        if (text.Length < needed)
            Array.Resize(ref text, needed * 2);
        var length = textStartLength + Encoding.UTF8.GetBytes(key, text.AsSpan(textStartLength));
        textEnd.CopyTo(text.AsSpan(length));
        length += textEnd.Length;
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        hmac.AppendData(text.AsSpan(0, length));
        hmac.GetHashAndReset(hash);

        var escaped = key.AsSpan().ContainsAnyExcept(Unreserved) ? Escape(key) : key;
        var size = urlStart.Length + escaped.Length + urlEnd.Length + LocalUrlSignature.TextLength;
        var url = destination.GetSpan(size);
        urlStart.CopyTo(url);
        Encoding.UTF8.GetBytes(escaped, url[urlStart.Length..]);
        urlEnd.CopyTo(url[(urlStart.Length + escaped.Length)..]);
        Base64Url.EncodeToUtf8(hash, url[(size - LocalUrlSignature.TextLength)..size]);
        destination.Advance(size);
    }

    public void Dispose() => hmac.Dispose();

    private static string Escape(string path) => Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal);
}
