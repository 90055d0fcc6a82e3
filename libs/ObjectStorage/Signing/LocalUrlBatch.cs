using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Blake3;

namespace Tideway.ObjectStorage.Signing;

/// <summary>
/// The batch of <see cref="LocalUrlSigner"/>: what all addresses have in common is laid out once, and the key of the signature prepared once, so that
/// an address costs little more than its own hash. Gives the very addresses that the signer gives one by one.
/// </summary>
internal sealed class LocalUrlBatch : IUrlBatch
{
    private static readonly SearchValues<byte> Unreserved = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"u8);

    private readonly Hasher hasher;
    private readonly byte[] urlStart;
    private readonly byte[] urlEnd;
    private readonly int folderLength;
    private readonly string folder;

    // The path below the root: the folder, then whatever key is signed.
    private byte[] path;

    public LocalUrlBatch(string filesUrl, StorageLocation table, byte[] key, DateTimeOffset expiresAt, string requestId, string? context)
    {
        ExpiresAt = expiresAt;
        folder = table.RelativePath.Length == 0 ? "" : table.RelativePath + "/";
        var seconds = expiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        urlStart = Encoding.UTF8.GetBytes($"{filesUrl}{table.RootName}/{Escape(folder)}");
        urlEnd = Encoding.UTF8.GetBytes(
            $"?exp={seconds}&sp={LocalUrlSignature.Access}&req={requestId}{(context is null ? "" : "&ctx=" + Uri.EscapeDataString(context))}&sig="
        );
        var folderBytes = Encoding.UTF8.GetBytes(folder);
        folderLength = folderBytes.Length;
        path = new byte[Math.Max(1024, folderLength + 256)];
        folderBytes.CopyTo(path, 0);
        hasher = Hasher.NewKeyed(LocalUrlSignature.DeriveKey(key, table.RootName, expiresAt.ToUnixTimeSeconds(), requestId, context));
    }

    public DateTimeOffset ExpiresAt { get; }

    public void Write(string key, IBufferWriter<byte> destination)
    {
        // The folder was found valid when the batch began, and what is valid apart is valid together but for its length.
        ObjectKey.Validate(folder.Length == 0 ? key : folder + key);
        Reserve(Encoding.UTF8.GetMaxByteCount(key.Length));
        Write(Encoding.UTF8.GetBytes(key, path.AsSpan(folderLength)), destination);
    }

    public void WriteValid(ReadOnlySpan<byte> key, IBufferWriter<byte> destination)
    {
        Reserve(key.Length);
        key.CopyTo(path.AsSpan(folderLength));
        Write(key.Length, destination);
    }

    private void Write(int keyLength, IBufferWriter<byte> destination)
    {
        Span<byte> hash = stackalloc byte[LocalUrlSignature.Size];
        hasher.Reset();
        hasher.Update(path.AsSpan(0, folderLength + keyLength));
        hasher.Finalize(hash);

        var key = path.AsSpan(folderLength, keyLength);
        var url = destination.GetSpan(urlStart.Length + (key.Length * 3) + urlEnd.Length + LocalUrlSignature.TextLength);
        urlStart.CopyTo(url);
        var size = urlStart.Length + Escape(key, url[urlStart.Length..]);
        urlEnd.CopyTo(url[size..]);
        size += urlEnd.Length;
        Base64Url.EncodeToUtf8(hash, url[size..]);
        destination.Advance(size + LocalUrlSignature.TextLength);
    }

    public void Dispose() => hasher.Dispose();

    private void Reserve(int keyLength)
    {
        if (path.Length < folderLength + keyLength)
            Array.Resize(ref path, (folderLength + keyLength) * 2);
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
