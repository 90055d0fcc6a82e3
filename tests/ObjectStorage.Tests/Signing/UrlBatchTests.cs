using System.Buffers;
using System.Text;
using Tideway.ObjectStorage.Signing;

namespace Tideway.ObjectStorage.Tests.Signing;

public sealed class UrlBatchTests
{
    private static readonly StorageLocation Table = new("lake", "sales/the orders", new Uri("file:///lake/sales/the%20orders"));

    private readonly ManualTime time = new(new DateTimeOffset(2026, 11, 23, 14, 0, 0, 500, TimeSpan.Zero));

    [Theory]
    [InlineData("part-0.parquet")]
    [InlineData("date=2026-01-01/part 0.parquet")]
    [InlineData("a+b/c%20d/e&f=g?h#i.parquet")]
    [InlineData("gr\u00fcn/\u65e5\u672c/\ud83d\ude00.parquet")]
    [InlineData("quote\"s/part.parquet")]
    [InlineData("_delta_log/00000000000000000000.json")]
    public void A_batch_gives_the_very_addresses_that_the_signer_gives_one_by_one(string key)
    {
        var signer = new LocalUrlSigner(new Uri("https://share.example.com/base"), new byte[32], time);
        foreach (var context in new[] { null, "018f/sales/shop/orders & more" })
        {
            using var batch = signer.Begin(Table, TimeSpan.FromHours(1), "request-1", context);

            for (var again = 0; again < 3; again++)
            {
                var single = signer.Sign(Table, key, TimeSpan.FromHours(1), "request-1", context);
                Write(batch, key).ShouldBe(single.Url);
                WriteValid(batch, key).ShouldBe(single.Url);
                batch.ExpiresAt.ShouldBe(single.ExpiresAt);
            }
        }
    }

    [Fact]
    public void Keys_longer_than_others_are_signed_too()
    {
        var signer = new LocalUrlSigner(new Uri("https://share.example.com"), new byte[32], time);
        using var batch = signer.Begin(Table, TimeSpan.FromHours(1), "r");
        var key = string.Join('/', Enumerable.Repeat(new string('k', 99), 9));

        Write(batch, key).ShouldBe(signer.Sign(Table, key, TimeSpan.FromHours(1), "r").Url);
        Write(batch, "short").ShouldBe(signer.Sign(Table, "short", TimeSpan.FromHours(1), "r").Url);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../secret")]
    [InlineData("a//b")]
    [InlineData("/etc/passwd")]
    [InlineData("a\\b")]
    public void A_malformed_key_writes_nothing(string key)
    {
        using var batch = new LocalUrlSigner(new Uri("https://share.example.com"), new byte[32], time).Begin(Table, TimeSpan.FromHours(1), "r");
        var written = new ArrayBufferWriter<byte>();

        Should.Throw<ObjectStorageException>(() => batch.Write(key, written)).Error.ShouldBe(ObjectStorageError.InvalidKey);

        written.WrittenCount.ShouldBe(0);
    }

    [Fact]
    public void A_signer_without_a_faster_way_signs_one_by_one()
    {
        IUrlSigner signer = new OtherSigner();
        using var batch = signer.Begin(Table, TimeSpan.FromHours(1), "r", "c");

        Write(batch, "a b").ShouldBe("https://bucket/the%20orders/a%20b?sig=r-c");
        WriteValid(batch, "a b").ShouldBe("https://bucket/the%20orders/a%20b?sig=r-c");
        batch.ExpiresAt.ShouldBe(DateTimeOffset.UnixEpoch.AddHours(1));
    }

    private static string Write(IUrlBatch batch, string key)
    {
        var written = new ArrayBufferWriter<byte>();
        batch.Write(key, written);
        return Encoding.ASCII.GetString(written.WrittenSpan);
    }

    private static string WriteValid(IUrlBatch batch, string key)
    {
        var written = new ArrayBufferWriter<byte>();
        batch.WriteValid(Encoding.UTF8.GetBytes(key), written);
        return Encoding.ASCII.GetString(written.WrittenSpan);
    }

    private sealed class OtherSigner : IUrlSigner
    {
        public SignedUrl Sign(StorageLocation table, string key, TimeSpan lifetime, string requestId, string? context = null) =>
            new($"https://bucket/the%20orders/{Uri.EscapeDataString(key)}?sig={requestId}-{context}", DateTimeOffset.UnixEpoch + lifetime);
    }
}
