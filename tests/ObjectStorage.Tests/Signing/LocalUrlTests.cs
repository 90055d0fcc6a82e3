using System.Security.Cryptography;
using Tideway.ObjectStorage.Signing;

namespace Tideway.ObjectStorage.Tests.Signing;

public sealed class LocalUrlTests
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);
    private static readonly StorageLocation Table = new("lake", "sales/flights", new Uri("file:///lake/sales/flights"));

    private readonly ManualTime time = new(new DateTimeOffset(2026, 11, 23, 14, 0, 0, 500, TimeSpan.Zero));
    private readonly LocalUrlSigner signer;
    private readonly LocalUrlVerifier verifier;

    public LocalUrlTests()
    {
        signer = new LocalUrlSigner(new Uri("https://share.example.com/prefix/"), Key, time);
        verifier = new LocalUrlVerifier([Key], time);
    }

    public static TheoryData<string> Keys =>
        ["part-1.parquet", "p=a b/x.parquet", "p=a%2Fb/x.parquet", "p=100%25/x", "p=x+y&z=1?q#f/x", "\u65e5\u672c/\ud83d\ude00.parquet", "p='(x)!*~/x"];

    [Fact]
    public void A_signed_url_has_the_form_that_readers_know()
    {
        var signed = signer.Sign(Table, "p=a b/part-1.parquet", TimeSpan.FromHours(1), "req-1");

        var expiry = new DateTimeOffset(2026, 11, 23, 15, 0, 1, TimeSpan.Zero);
        signed.ExpiresAt.ShouldBe(expiry);
        signed.Url.ShouldStartWith(
            $"https://share.example.com/prefix/files/lake/sales/flights/p%3Da%20b/part-1.parquet?exp={expiry.ToUnixTimeSeconds()}&sp=r&req=req-1&sig="
        );
    }

    [Theory, MemberData(nameof(Keys))]
    public void A_signed_url_is_valid_for_its_object(string key)
    {
        var result = Verify(signer.Sign(Table, key, TimeSpan.FromHours(1), "req-1").Url);

        var valid = result.ShouldBeOfType<LocalUrlVerification.Valid>();
        valid.RootName.ShouldBe("lake");
        valid.Path.ShouldBe("sales/flights/" + key);
        valid.RequestId.ShouldBe("req-1");
    }

    [Theory, MemberData(nameof(Keys))]
    public void A_client_that_quotes_in_its_own_way_does_not_break_it(string key)
    {
        var url = signer.Sign(Table, key, TimeSpan.FromHours(1), "req-1").Url;

        Verify(new Uri(url).AbsoluteUri).ShouldBeOfType<LocalUrlVerification.Valid>();
        Verify(url.Replace("%3D", "=", StringComparison.Ordinal).Replace("%28", "(", StringComparison.Ordinal)).ShouldBeOfType<LocalUrlVerification.Valid>();
        Verify(url.Replace("-", "%2D", StringComparison.Ordinal).Replace("_", "%5f", StringComparison.Ordinal)).ShouldBeOfType<LocalUrlVerification.Valid>();
        Verify(url + "&added=by-a-client").ShouldBeOfType<LocalUrlVerification.Valid>();
    }

    [Theory]
    [InlineData("0198/sales/shop/orders")]
    [InlineData("a b&c=d?e#f%2F+")]
    [InlineData("\u65e5\u672c")]
    public void A_context_comes_back_as_it_was_signed(string context)
    {
        var signed = signer.Sign(Table, "part-1.parquet", TimeSpan.FromHours(1), "req-1", context);

        Verify(signed.Url).ShouldBeOfType<LocalUrlVerification.Valid>().Context.ShouldBe(context);
        time.Now = signed.ExpiresAt;
        Verify(signed.Url).ShouldBeOfType<LocalUrlVerification.Expired>().Context.ShouldBe(context);
    }

    [Fact]
    public void A_context_can_be_neither_changed_nor_taken_away_nor_added()
    {
        var with = signer.Sign(Table, "part-1.parquet", TimeSpan.FromHours(1), "req-1", "acme").Url;
        var without = signer.Sign(Table, "part-1.parquet", TimeSpan.FromHours(1), "req-1").Url;

        Verify(with.Replace("ctx=acme", "ctx=globex", StringComparison.Ordinal)).ShouldBeOfType<LocalUrlVerification.BadSignature>();
        Verify(with.Replace("&ctx=acme", "", StringComparison.Ordinal)).ShouldBeOfType<LocalUrlVerification.BadSignature>();
        Verify(without + "&ctx=acme").ShouldBeOfType<LocalUrlVerification.BadSignature>();
        Verify(with + "&ctx=acme").ShouldBeOfType<LocalUrlVerification.Malformed>();
    }

    [Theory]
    [InlineData("/lake/", "/pond/")]
    [InlineData("/sales/", "/sale/s")]
    [InlineData("part-1", "part-2")]
    [InlineData("part-1", "Part-1")]
    [InlineData("req=req-1", "req=req-2")]
    [InlineData("exp=1", "exp=2")]
    public void Changing_any_part_breaks_the_signature(string part, string changed)
    {
        var url = signer.Sign(Table, "part-1.parquet", TimeSpan.FromHours(1), "req-1").Url;

        Verify(url.Replace(part, changed, StringComparison.Ordinal)).ShouldBeOfType<LocalUrlVerification.BadSignature>();
    }

    [Fact]
    public void Changing_any_character_of_the_signature_breaks_it()
    {
        var url = signer.Sign(Table, "part-1.parquet", TimeSpan.FromHours(1), "req-1").Url;
        var start = url.IndexOf("sig=", StringComparison.Ordinal) + 4;

        for (var i = start; i < url.Length; i++)
        {
            var changed = url[..i] + (url[i] == 'A' ? 'B' : 'A') + url[(i + 1)..];
            Verify(changed).ShouldBeOfType<LocalUrlVerification.BadSignature>();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("?")]
    [InlineData("exp=1&sp=r&req=a")]
    [InlineData("sp=r&req=a&sig={sig}")]
    [InlineData("exp=1&req=a&sig={sig}")]
    [InlineData("exp=1&sp=r&sig={sig}")]
    [InlineData("exp=-1&sp=r&req=a&sig={sig}")]
    [InlineData("exp=01&sp=r&req=a&sig={sig}")]
    [InlineData("exp=+1&sp=r&req=a&sig={sig}")]
    [InlineData("exp=1e9&sp=r&req=a&sig={sig}")]
    [InlineData("exp=99999999999999999999&sp=r&req=a&sig={sig}")]
    [InlineData("exp=253402300800&sp=r&req=a&sig={sig}")]
    [InlineData("exp=1&sp=rw&req=a&sig={sig}")]
    [InlineData("exp=1&sp=r&req=a b&sig={sig}")]
    [InlineData("exp=1&sp=r&req=%0a&sig={sig}")]
    [InlineData("exp=1&sp=r&req=&sig={sig}")]
    [InlineData("exp=1&exp=2&sp=r&req=a&sig={sig}")]
    [InlineData("exp=1&sp=r&req=a&ctx=&sig={sig}")]
    [InlineData("exp=1&sp=r&req=a&ctx=%0a&sig={sig}")]
    [InlineData("exp=1&sp=r&req=a&sig=short")]
    [InlineData("exp=1&sp=r&req=a&sig={sig}=")]
    public void A_query_of_another_form_is_malformed(string query) =>
        verifier.Verify("lake", "a", query.Replace("{sig}", new string('A', 43), StringComparison.Ordinal)).ShouldBeOfType<LocalUrlVerification.Malformed>();

    [Theory]
    [InlineData("lake", "../etc/passwd")]
    [InlineData("lake", "a/../../b")]
    [InlineData("lake", "/etc/passwd")]
    [InlineData("lake", "a\0b")]
    [InlineData("lake", "a\\..\\b")]
    [InlineData("lake", "")]
    [InlineData("", "a")]
    [InlineData("la/ke", "a")]
    [InlineData("la\nke", "a")]
    public void A_path_that_is_no_key_is_malformed_whatever_its_signature(string rootName, string path) =>
        verifier.Verify(rootName, path, $"exp=9999999999&sp=r&req=a&sig={new string('A', 43)}").ShouldBeOfType<LocalUrlVerification.Malformed>();

    [Fact]
    public void A_url_ends_at_its_second_of_expiry()
    {
        var signed = signer.Sign(Table, "a", TimeSpan.FromMinutes(15), "req-1");

        time.Now = signed.ExpiresAt.AddTicks(-1);
        Verify(signed.Url).ShouldBeOfType<LocalUrlVerification.Valid>();
        time.Now = signed.ExpiresAt;
        var expired = Verify(signed.Url).ShouldBeOfType<LocalUrlVerification.Expired>();
        expired.RequestId.ShouldBe("req-1");
        expired.ExpiredAt.ShouldBe(signed.ExpiresAt);
    }

    [Fact]
    public void An_old_url_with_a_false_signature_is_not_called_expired()
    {
        var url = signer.Sign(Table, "a", TimeSpan.FromMinutes(15), "req-1").Url;
        time.Now += TimeSpan.FromDays(1);

        Verify(url.Replace("req-1", "req-2", StringComparison.Ordinal)).ShouldBeOfType<LocalUrlVerification.BadSignature>();
    }

    [Fact]
    public void After_a_rotation_the_old_key_counts_until_it_is_dropped()
    {
        var url = signer.Sign(Table, "a", TimeSpan.FromHours(1), "req-1").Url;
        var newKey = RandomNumberGenerator.GetBytes(32);

        Verify(url, new LocalUrlVerifier([newKey, Key], time)).ShouldBeOfType<LocalUrlVerification.Valid>();
        Verify(url, new LocalUrlVerifier([newKey], time)).ShouldBeOfType<LocalUrlVerification.BadSignature>();
    }

    [Fact]
    public void What_cannot_be_signed_safely_is_refused()
    {
        Should.Throw<ObjectStorageException>(() => signer.Sign(Table, "../x", TimeSpan.FromHours(1), "r"));
        Should.Throw<ObjectStorageException>(() => signer.Sign(Table, "", TimeSpan.FromHours(1), "r"));
        Should.Throw<ObjectStorageException>(() => signer.Sign(Table, new string('x', 1020), TimeSpan.FromHours(1), "r"));
        Should.Throw<ArgumentException>(() => signer.Sign(Table, "x", TimeSpan.FromHours(1), "a\nb"));
        Should.Throw<ArgumentException>(() => signer.Sign(Table, "x", TimeSpan.Zero, "r"));
        Should.Throw<ArgumentException>(() => signer.Sign(Table, "x", TimeSpan.FromHours(1), "r", ""));
        Should.Throw<ArgumentException>(() => signer.Sign(Table, "x", TimeSpan.FromHours(1), "r", "a\nb"));
        Should.Throw<ArgumentException>(() => signer.Sign(Table, "x", TimeSpan.FromHours(1), "r", new string('x', 2049)));
        Should.Throw<ArgumentException>(() => new LocalUrlSigner(new Uri("https://x"), new byte[31], time));
        Should.Throw<ArgumentException>(() => new LocalUrlSigner(new Uri("https://x?y=1"), Key, time));
        Should.Throw<ArgumentException>(() => new LocalUrlVerifier([], time));
    }

    private LocalUrlVerification Verify(string url, LocalUrlVerifier? with = null)
    {
        // As a web server takes a request apart: the path is decoded once.
        var target = url["https://share.example.com/prefix/files/".Length..];
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var path = target[..question];
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return (with ?? verifier).Verify(path[..slash], Uri.UnescapeDataString(path[(slash + 1)..]), target.AsSpan(question));
    }
}
