using System.Buffers.Text;
using Tideway.DeltaSharing.Server.Paging;
using Tideway.DeltaSharing.Server.Parameters;

namespace Tideway.DeltaSharing.Tests.Server;

public sealed class ContinuationTokensTests
{
    private static readonly byte[] Secret = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly ContinuationScope Scope = new(
        ContinuationKind.Query,
        Guid.Parse("0198c0de-0000-7000-8000-000000000001"),
        "table-1",
        "version=3&maxFiles=10"
    );

    private readonly ManualTime time = new(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero));
    private readonly ContinuationTokens tokens;

    public ContinuationTokensTests() => tokens = new ContinuationTokens([Secret], time);

    [Theory]
    [InlineData("")]
    [InlineData("17")]
    [InlineData("{\"version\":3,\"after\":\"p=\u65e5/x\"}")]
    public void A_token_brings_its_cursor_back(string cursor) => tokens.Read(Issue(cursor), Scope).ShouldBe(new Continuation.Valid(cursor));

    [Fact]
    public void A_cursor_in_a_table_is_good_for_the_table_with_that_id_alone()
    {
        var cursor = TableCursor.Parse(TableCursor.Write("3 10 ~", "6ba7b810"));

        cursor.Position.ShouldBe("3 10 ~");
        cursor.Check("6ba7b810", ContinuationKind.Query).ShouldBeNull();
        cursor.Check("7ba7b810", ContinuationKind.Query).ShouldNotBeNull().Message.ShouldBe("The page token has expired.");
        cursor.Check("7ba7b810", ContinuationKind.Refresh).ShouldNotBeNull().Message.ShouldBe("The refresh token has expired.");
        TableCursor.Parse("3 10 0").ShouldBe(new TableCursor("3 10 0", null));
        new TableCursor("3 10 0", null).Check("any", ContinuationKind.Query).ShouldBeNull("tokens of before hold no mark");
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("not base64 !")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_is_no_token_of_ours_is_malformed(string token) => tokens.Read(token, Scope).ShouldBe(new Continuation.Malformed());

    [Fact]
    public void A_very_long_token_is_malformed() => tokens.Read(new string('A', 100_000), Scope).ShouldBe(new Continuation.Malformed());

    [Fact]
    public void Changing_any_byte_breaks_a_token()
    {
        var bytes = Base64Url.DecodeFromChars(Issue("17"));

        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = (byte[])bytes.Clone();
            changed[i] ^= 1;
            tokens.Read(Base64Url.EncodeToString(changed), Scope).ShouldBe(new Continuation.Malformed());
        }
    }

    [Fact]
    public void A_token_is_bound_to_recipient_resource_parameters_and_kind()
    {
        var token = Issue("17");

        tokens.Read(token, Scope with { RecipientId = Guid.Empty }).ShouldBe(new Continuation.Foreign());
        tokens.Read(token, Scope with { Resource = "table-2" }).ShouldBe(new Continuation.Foreign());
        tokens.Read(token, Scope with { Parameters = "version=4&maxFiles=10" }).ShouldBe(new Continuation.OtherParameters());
        tokens.Read(token, Scope with { Kind = ContinuationKind.Refresh }).ShouldBe(new Continuation.Malformed());
    }

    [Fact]
    public void A_token_ends_at_its_time()
    {
        var token = Issue("17");

        time.Now += TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1);
        tokens.Read(token, Scope).ShouldBeOfType<Continuation.Valid>();
        time.Now += TimeSpan.FromMilliseconds(1);
        tokens.Read(token, Scope).ShouldBe(new Continuation.Expired());
    }

    [Fact]
    public void After_a_rotation_old_tokens_count_until_their_secret_is_dropped()
    {
        var token = Issue("17");
        var next = new byte[32];

        new ContinuationTokens([next, Secret], time).Read(token, Scope).ShouldBeOfType<Continuation.Valid>();
        new ContinuationTokens([next], time).Read(token, Scope).ShouldBe(new Continuation.Malformed());
        Should.Throw<ArgumentException>(() => new ContinuationTokens([], time));
        Should.Throw<ArgumentException>(() => new ContinuationTokens([new byte[31]], time));
    }

    [Fact]
    public void Refusals_have_the_known_texts()
    {
        new Continuation.Malformed().ToRefusal(ContinuationKind.Query).Message.ShouldContain("Error decoding the page token");
        new Continuation.Malformed().ToRefusal(ContinuationKind.Refresh).Message.ShouldContain("Error decoding refresh token");
        new Continuation.Expired().ToRefusal(ContinuationKind.Query).Message.ShouldContain("The page token has expired");
        new Continuation.Expired().ToRefusal(ContinuationKind.Refresh).Message.ShouldContain("The refresh token has expired");
        new Continuation.Foreign()
            .ToRefusal(ContinuationKind.Query)
            .Message.ShouldContain("The table specified in the page token does not match the table being queried");
        new Continuation.OtherParameters().ToRefusal(ContinuationKind.Query).Message.ShouldContain("Query parameter mismatch detected for the next page query");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(500)]
    public void Pages_of_any_size_give_every_item_once_even_where_items_come_and_go(int size)
    {
        var scope = Scope with { Kind = ContinuationKind.List };
        var items = new SortedSet<string>(Enumerable.Range(0, 20).Select(i => $"share{i:00}"), StringComparer.Ordinal);
        var expected = items.ToList();
        var seen = new List<string>();
        string? token = null;
        do
        {
            var parameters = new ListParameters(size, token);
            var cursor = tokens.ReadCursor(parameters, scope).Value;
            var page = tokens.ToPage(items.Where(item => string.CompareOrdinal(item, cursor) > 0), cursor, item => item, parameters, scope);
            page.Items.Count.ShouldBeLessThanOrEqualTo(size);
            seen.AddRange(page.Items);
            // What was handed out goes, and something comes before it.
            items.Remove(page.Items[^1]);
            items.Add("a-new-one");
            token = page.NextPageToken;
        } while (token is not null);

        seen.ShouldBe(expected);
    }

    [Fact]
    public void A_page_of_no_items_says_whether_there_are_any()
    {
        var scope = Scope with { Kind = ContinuationKind.List };
        var none = new ListParameters(0, null);

        tokens.ToPage<string>([], null, item => item, none, scope).NextPageToken.ShouldBeNull();
        var page = tokens.ToPage(["a"], null, item => item, none, scope);
        page.Items.ShouldBeEmpty();
        tokens.ReadCursor(new ListParameters(5, page.NextPageToken.ShouldNotBeNull()), scope).Value.ShouldBeNull();
        tokens.ReadCursor(new ListParameters(5, "forged"), scope).IsRefused(out var refusal).ShouldBeTrue();
        refusal!.Status.ShouldBe(400);
    }

    private string Issue(string cursor) => tokens.Issue(Scope, cursor, TimeSpan.FromHours(1));
}
