using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Protocol.Listing;
using Tideway.DeltaSharing.Server.Access;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Exchange;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Server;

public sealed class ConditionalRequestTests : IAsyncLifetime
{
    private long version = 7;
    private string name = "sales";
    private bool isGranted = true;
    private ProtocolHost host = null!;

    public async ValueTask InitializeAsync() =>
        host = await ProtocolHost.StartAsync(group =>
        {
            group.MapGet("/shares", IResult () => isGranted ? List() : ProtocolRefusals.ShareNotFound(name)).WithProtocolAction(ProtocolActions.ListShares);
            group.MapMethods("/version", ["GET", "HEAD"], () => new VersionAnswer(version));
            group.MapGet("/metadata", Metadata);
            group.MapPost("/query", Metadata);
            group.MapGet("/secret", () => new JsonAnswer("{}"u8.ToArray()));
        });

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    [Theory]
    [InlineData("shares")]
    [InlineData("version")]
    [InlineData("metadata")]
    [ProtocolRule(
        "Conditional requests",
        "An answer that the caller has is 304 without a body, with Delta-Table-Version and the capabilities where the whole answer has them",
        Served = "ETag on lists, one share, one table, version and metadata; recorded as an access"
    )]
    public async Task An_answer_that_the_caller_has_is_not_sent_again(string path)
    {
        using var first = await host.Client.GetAsync(path);
        var tag = first.Headers.ETag.ShouldNotBeNull();
        tag.IsWeak.ShouldBeFalse();
        first.Headers.CacheControl!.ToString().ShouldBe("no-cache, private");

        using var again = await GetAsync(path, tag.ToString());

        again.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await again.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        again.Headers.ETag.ShouldBe(tag);
        again.Headers.CacheControl!.ToString().ShouldBe("no-cache, private");
        foreach (var header in (string[])["Delta-Table-Version", "delta-sharing-capabilities"])
            Values(again, header).ShouldBe(Values(first, header), header);
        Values(again, "Vary").ShouldNotBeNull().ShouldContain("Accept-Encoding");
        host.Log.Records.Select(access => access.Status).ShouldBe([200, 304]);
        host.Log.Records.Select(access => access.TableVersion).Distinct().Count().ShouldBe(1);
    }

    [Theory]
    [InlineData("shares")]
    [InlineData("version")]
    [InlineData("metadata")]
    public async Task An_answer_that_changed_is_sent(string path)
    {
        using var first = await host.Client.GetAsync(path);
        (version, name) = (8, "trade");

        using var again = await GetAsync(path, first.Headers.ETag!.ToString());

        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        again.Headers.ETag.ShouldNotBe(first.Headers.ETag);
    }

    [Fact]
    [ProtocolRule("Conditional requests", "What was taken back never answers 304, whatever the caller kept")]
    public async Task What_was_taken_back_is_not_there_whatever_the_caller_kept()
    {
        using var first = await host.Client.GetAsync("shares");
        isGranted = false;

        foreach (var held in (string[])[first.Headers.ETag!.ToString(), "*"])
        {
            using var again = await GetAsync("shares", held);
            again.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            again.Headers.ETag.ShouldBeNull();
            again.Headers.CacheControl!.NoStore.ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData("\"other\", {0}", 304)]
    [InlineData("W/{0}", 304)]
    [InlineData("*", 304)]
    [InlineData("\"other\"", 200)]
    [InlineData("not a tag", 200)]
    [InlineData("\"\"", 200)]
    public async Task Tags_are_compared_as_the_header_asks(string header, int status)
    {
        using var first = await host.Client.GetAsync("shares");
        var tag = first.Headers.ETag!.ToString();

        using var again = await GetAsync("shares", header.Replace("{0}", tag, StringComparison.Ordinal));

        ((int)again.StatusCode).ShouldBe(status);
    }

    [Fact]
    public async Task The_tag_of_an_encoded_answer_is_another_and_both_count()
    {
        name = new string('n', 200);
        using var plain = await host.Client.GetAsync("shares?many=true");
        using var request = new HttpRequestMessage(HttpMethod.Get, "shares?many=true") { Headers = { { "Accept-Encoding", "gzip" } } };
        using var encoded = await host.Client.SendAsync(request);

        encoded.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        encoded.Headers.ETag.ShouldNotBe(plain.Headers.ETag);
        foreach (var tag in (EntityTagHeaderValue[])[plain.Headers.ETag!, encoded.Headers.ETag!])
        {
            using var again = await GetAsync("shares?many=true", tag.ToString());
            again.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        }
    }

    [Fact]
    public async Task What_is_no_reading_or_holds_secrets_is_never_kept()
    {
        using var metadata = await host.Client.GetAsync("metadata");
        using var request = new HttpRequestMessage(HttpMethod.Post, "query") { Headers = { { "If-None-Match", metadata.Headers.ETag!.ToString() } } };
        using var posted = await host.Client.SendAsync(request);
        using var secret = await GetAsync("secret", "*");

        posted.StatusCode.ShouldBe(HttpStatusCode.OK);
        secret.StatusCode.ShouldBe(HttpStatusCode.OK);
        secret.Headers.ETag.ShouldBeNull();
        secret.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Fact]
    public async Task Head_of_a_version_is_answered_by_its_tag_too()
    {
        using var first = await host.Client.GetAsync("version");
        using var request = new HttpRequestMessage(HttpMethod.Head, "version") { Headers = { { "If-None-Match", first.Headers.ETag!.ToString() } } };

        using var again = await host.Client.SendAsync(request);

        again.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        Values(again, "Delta-Table-Version").ShouldBe("7");
    }

    private JsonAnswer List() => JsonAnswer.Of(new ListPage<ShareItem> { Items = [.. Enumerable.Repeat(new ShareItem { Name = name }, 10)] });

    private TableAnswer Metadata() =>
        new()
        {
            TableVersion = version,
            Protocol = new ProtocolLine { MinReaderVersion = 1 },
            Metadata = new MetadataLine { Id = "m", SchemaString = "{}" },
        };

    private async Task<HttpResponseMessage> GetAsync(string path, string held)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("If-None-Match", held).ShouldBeTrue();
        return await host.Client.SendAsync(request);
    }

    private static string? Values(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}
