using System.Buffers;
using System.Text;

namespace Tideway.ObjectStorage.Signing;

/// <summary>A batch of a signer that has no faster way than one address after the other.</summary>
internal sealed class SingleUrlBatch : IUrlBatch
{
    private readonly IUrlSigner signer;
    private readonly StorageLocation table;
    private readonly TimeSpan lifetime;
    private readonly string requestId;
    private readonly string? context;

    public SingleUrlBatch(IUrlSigner signer, StorageLocation table, TimeSpan lifetime, string requestId, string? context)
    {
        this.signer = signer;
        this.table = table;
        this.lifetime = lifetime;
        this.requestId = requestId;
        this.context = context;
        // Those that follow end no sooner.
        ExpiresAt = signer.Sign(table, "_delta_log", lifetime, requestId, context).ExpiresAt;
    }

    public DateTimeOffset ExpiresAt { get; }

    public void Write(string key, IBufferWriter<byte> destination)
    {
        var url = signer.Sign(table, key, lifetime, requestId, context).Url;
        if (url.AsSpan().ContainsAny('"', '\\'))
            throw new InvalidOperationException("Expected an address that is percent-encoded.");
        Encoding.UTF8.GetBytes(url, destination);
    }

    public void Dispose() { }
}
