using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.Options;
using Tideway.Contracts.ShareRegistry;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Parameters;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.ShareRegistry.TableQuery;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.TableQuery;

public sealed class SignedLinesTests : TableTest
{
    private LakeTable table = null!;
    private string path = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        table = NewTable("orders");
        table.Commit(table.Add("part-1.parquet", 10));
        path = await ShareAsync("orders", table);
    }

    [Fact]
    [ProtocolRule(
        "Addresses of files",
        "The same version is signed again for each answer",
        Served = "but for one recipient at most once a minute; the lines say truly when their addresses end"
    )]
    public async Task The_same_recipient_gets_the_same_lines_for_a_moment_and_the_record_says_where_they_were_signed()
    {
        var first = await AskAsync(Acme);
        var again = await AskAsync(Acme);

        again.Text.ShouldBe(first.Text);
        var record = await Process.Events.WaitForAsync<ShareAccessed>(e => e.RequestId == again.Header("x-request-id"));
        (record.Status, record.FileCount).ShouldBe((200, 2));
        record.Parameters!["signedIn"].ShouldBe(first.Header("x-request-id"));
        (await Process.Events.WaitForAsync<ShareAccessed>(e => e.RequestId == first.Header("x-request-id")))
            .Parameters!.ContainsKey("signedIn")
            .ShouldBeFalse();
        Process.Time.Advance(TimeSpan.FromMinutes(2));

        var later = await AskAsync(Acme);

        later.Text.ShouldNotBe(first.Text);
        later.Files()[0].GetProperty("expirationTimestamp").GetInt64().ShouldBeGreaterThan(first.Files()[0].GetProperty("expirationTimestamp").GetInt64());
        Process.Get<SignedLines>().Bytes.ShouldBeInRange(1, later.Text.Length);
    }

    [Fact]
    public async Task Lines_that_are_there_already_say_their_length()
    {
        await AskAsync(Acme);

        var again = await AskAsync(Acme);

        again.Response.Content.Headers.ContentLength.ShouldBe(again.Text.Length);
    }

    [Theory]
    [InlineData("gzip", false)]
    [InlineData("gzip", true)]
    [InlineData("zstd", false)]
    [InlineData("zstd", true)]
    [ProtocolRule(
        "Compressed answers",
        "What was encoded for a recipient a moment ago is not encoded anew",
        Served = "one gzip member or zstd frame each time: some readers stop after the first"
    )]
    public async Task Lines_that_were_encoded_a_moment_ago_are_sent_as_they_are(string coding, bool end)
    {
        table.Commit([.. Enumerable.Range(0, 500).Select(i => LakeTable.AddLine($"more-{i}.parquet", i, 10))]);
        object body = end ? new { includeRefreshToken = true } : new { };

        var plain = await AskAsync(Acme);
        var (first, firstLength) = await AskEncodedAsync(body, coding);
        var held = Process.Get<SignedLines>().Bytes;
        var (again, length) = await AskEncodedAsync(body, coding);
        var (other, _) = await AskEncodedAsync(end ? new { } : new { includeRefreshToken = true }, coding);

        firstLength.ShouldBeNull();
        length.ShouldNotBeNull();
        WithoutEnd(first).ShouldBe(plain.Text);
        WithoutEnd(again).ShouldBe(plain.Text);
        WithoutEnd(other).ShouldBe(plain.Text);
        new[] { first, again }.ShouldAllBe(text => text.Contains("refreshToken", StringComparison.Ordinal) == end);
        other.Contains("refreshToken", StringComparison.Ordinal).ShouldBe(!end);
        held.ShouldBeGreaterThan(plain.Text.Length);
        Process.Get<SignedLines>().Bytes.ShouldBe(held);
    }

    [Fact]
    public async Task Another_recipient_another_format_and_another_version_get_their_own()
    {
        var other = await Process.AddRecipientAsync("other");
        await Process.GrantAsync("sales", other);
        var first = await AskAsync(Acme);

        (await AskAsync(other)).Files()[0].GetProperty("url").GetString().ShouldNotBe(first.Files()[0].GetProperty("url").GetString());
        var delta = await QueryAsync(path, "{}", ("delta-sharing-capabilities", "responseformat=delta"));
        delta.Files()[0].TryGetProperty("deltaSingleAction", out _).ShouldBeTrue();
        (await QueryAsync(path, new { version = 1 })).Files()[0].GetProperty("version").GetInt64().ShouldBe(1);
        table.Commit(table.Add("part-2.parquet", 10));
        (await AskAsync(Acme)).Files().Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_grant_that_ended_ends_what_was_signed_too()
    {
        await AskAsync(Acme);
        await Process.RevokeAsync("sales", Acme);

        (await QueryAsync(path, "{}")).ShouldBe(HttpStatusCode.NotFound).Text.ShouldNotContain("sig=");
    }

    [Theory]
    [InlineData(60, 59)]
    [InlineData(2, 11)]
    [InlineData(0, 0)]
    public void Lines_whose_addresses_end_early_are_kept_for_a_tenth_of_their_time(int minutes, int seconds)
    {
        var lines = new SignedLines(
            Options.Create(new FileUrlOptions { UrlLifetime = TimeSpan.FromHours(1) }),
            Options.Create(new SignedLinesOptions()),
            Process.Time
        );
        var key = new SignedLines.Key(
            new VersionIdentity(),
            Guid.CreateVersion7(),
            Guid.CreateVersion7(),
            new AnswerShape(ResponseFormats.Parquet, FileIdHash.Parquet),
            IsPinned: false
        );
        var kept = lines.Begin(key);
        kept.Lines = new byte[10];

        lines.Keep(key, "request", kept, Process.Time.GetUtcNow() + TimeSpan.FromMinutes(minutes));

        Process.Time.Advance(TimeSpan.FromSeconds(seconds));
        Process.Time.Advance(TimeSpan.FromMilliseconds(500));
        (lines.Find(key) is not null).ShouldBe(minutes > 0);
        // Before it was looked for again, and after.
        Process.Time.Advance(TimeSpan.FromMilliseconds(500));
        lines.Find(key).ShouldBeNull();
        Process.Time.Advance(TimeSpan.FromMilliseconds(500));
        lines.Find(key).ShouldBeNull();
        lines.Bytes.ShouldBe(0);
    }

    [Fact]
    public async Task A_refresh_token_and_the_last_line_are_of_their_own_call()
    {
        await AskAsync(Acme);

        var answer = (await QueryAsync(path, new { includeRefreshToken = true })).ShouldBe(HttpStatusCode.OK);

        var end = answer.Lines[^1].Body;
        end.GetProperty("refreshToken").GetString().ShouldNotBeNullOrEmpty();
        end.GetProperty("minUrlExpirationTimestamp").GetInt64().ShouldBe(answer.Files()[0].GetProperty("expirationTimestamp").GetInt64());
    }

    [Fact]
    public async Task Where_nothing_is_used_again_each_answer_has_addresses_of_its_own_and_the_same_lines_but_for_them()
    {
        await using var anew = await RegistryProcess.StartAsync("--ShareRegistry:SignedLines:Lifetime=00:00:00");
        var recipient = await anew.AddRecipientAsync("acme");
        await anew.CreateShareAsync("sales");
        await anew.GrantAsync("sales", recipient);
        var orders = LakeTable.Create(Path.Combine(anew.Lake, "orders"));
        orders.Commit(orders.Add("day=1 & 2/part 1.parquet", 10));
        await anew.ShareTableAsync("sales", "shop.orders", orders.Folder);

        foreach (var format in new[] { "parquet", "delta" })
        {
            var header = ("delta-sharing-capabilities", "responseformat=" + format);
            var first = (await recipient.Http.PostAnswerAsync(path + "/query", "{}", header)).ShouldBe(HttpStatusCode.OK);
            var again = (await recipient.Http.PostAnswerAsync(path + "/query", "{}", header)).ShouldBe(HttpStatusCode.OK);
            // The lines of pages are made one by one.
            var page = (await recipient.Http.PostAnswerAsync(path + "/query", new { maxFiles = 1 }, header)).ShouldBe(HttpStatusCode.OK);
            var token = page.Lines[^1].Body.GetProperty("nextPageToken").GetString();
            var rest = (await recipient.Http.PostAnswerAsync(path + "/query", new { maxFiles = 1, pageToken = token }, header)).ShouldBe(HttpStatusCode.OK);

            again.Text.ShouldNotBe(first.Text);
            Plain(again).ShouldBe(Plain(first));
            (Plain(page) + "\n" + Plain(rest)).ShouldBe(Plain(first));
            anew.Get<SignedLines>().Bytes.ShouldBe(0);
        }
    }

    private async Task<(string Text, long? Length)> AskEncodedAsync(object body, string coding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path + "/query") { Content = JsonContent.Create(body) };
        request.Headers.AcceptEncoding.ParseAdd(coding);
        // What has been read says its length in any case.
        using var response = await Acme.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentEncoding.ShouldBe([coding]);
        await using var bytes = await response.Content.ReadAsStreamAsync();
        await using Stream decoder = coding == "gzip" ? new GZipStream(bytes, CompressionMode.Decompress) : new ZstdSharp.DecompressionStream(bytes);
        using var reader = new StreamReader(decoder);
        return (await reader.ReadToEndAsync(), response.Content.Headers.ContentLength);
    }

    private static string WithoutEnd(string text) =>
        text.Contains("endStreamAction", StringComparison.Ordinal) ? text[..(text[..^1].LastIndexOf('\n') + 1)] : text;

    private static string Plain(Answer answer) =>
        System.Text.RegularExpressions.Regex.Replace(
            string.Join('\n', answer.Files().Select(file => file.GetRawText())),
            "(exp|req|sig|expirationTimestamp)(\":|=)[^&\",]*",
            "",
            System.Text.RegularExpressions.RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(5)
        );

    private async Task<Answer> AskAsync(RecipientClient recipient) => (await recipient.Http.PostAnswerAsync(path + "/query", "{}")).ShouldBe(HttpStatusCode.OK);
}
