using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Listing;
using Tideway.DeltaSharing.Server.Access;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Authentication;
using Tideway.DeltaSharing.Server.Exchange;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Server;

public sealed class ProtocolPipelineTests : IAsyncLifetime
{
    private ProtocolHost host = null!;

    public async ValueTask InitializeAsync() =>
        host = await ProtocolHost.StartAsync(group =>
        {
            group
                .MapGet("/shares", () => JsonAnswer.Of(new ListPage<ShareItem> { Items = [new ShareItem { Name = "sales" }] }))
                .WithProtocolAction(ProtocolActions.ListShares);
            group
                .MapPost(
                    "/shares/{share}/schemas/{schema}/tables/{table}/query",
                    async (HttpContext context) =>
                    {
                        var query = await RequestBody.ReadQueryAsync(context, context.RequestAborted);
                        return query.IsRefused(out var refusal) ? (IResult)refusal : new VersionAnswer(query.Value.Version ?? 7);
                    }
                )
                .WithProtocolAction(ProtocolActions.QueryTable);
            group.MapMethods("/version", ["GET", "HEAD"], () => new VersionAnswer(42)).WithProtocolAction(ProtocolActions.GetTableVersion);
            group.MapGet("/broken", IResult () => throw new InvalidDataException("Secret path /srv/tables/x is corrupt."));
            group.MapGet("/forgetful", () => Results.Text("data that nobody recorded"));
            group.MapGet("/bare-status", () => Results.StatusCode(429));
            group.MapPost("/bound", (QueryRequest body) => JsonAnswer.Of(new ListPage<ShareItem>()));
            group.MapGet("/gone/{share}", (string share) => ProtocolRefusals.ShareNotFound(share, "There is no grant."));
            group.MapGet("/shares/{share}/changes", () => new VersionAnswer(3)).WithProtocolAction(ProtocolActions.QueryTableChanges);
            group.MapUnknownCalls("/shares/{share}/changes");
            group.MapUnknownCalls();
        });

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    [Theory]
    [InlineData("access_token=twr_SecretOfSomebody")]
    [InlineData("twr_SecretOfSomebody")]
    [InlineData("twr_SecretOfSomebody=&maxresults=5&MAXRESULTS=5")]
    [ProtocolRule("Limits and load", "Of an address only the parameters of the protocol are recorded: some put a token there")]
    public async Task A_token_in_the_address_gets_into_no_record(string query)
    {
        await host.Client.GetAsync($"shares?{query}&pageToken=x");

        var access = host.Log.Single();
        access.ToString().ShouldNotContain("Secret");
        string.Join(' ', access.Parameters.Select(pair => $"{pair.Key}={pair.Value}")).ShouldNotContain("Secret");
        access.Parameters["unknownParameters"].ShouldBe("1");
        access.Parameters["pageToken"].ShouldBe("x");
    }

    [Fact]
    public async Task A_granted_call_is_answered_and_recorded_with_one_request_id()
    {
        host.Client.DefaultRequestHeaders.Add("User-Agent", "Delta-Sharing-Python/1.4");
        using var response = await host.Client.GetAsync("shares?maxResults=5");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");
        (await response.Content.ReadAsStringAsync()).ShouldBe("""{"items":[{"name":"sales"}]}""");
        var access = host.Log.Single();
        access.RequestId.ShouldBe(Header(response, "x-request-id"));
        access.Action.ShouldBe("deltaSharingListShares");
        access.Status.ShouldBe(200);
        access.RecipientId.ShouldBe(ProtocolHost.Acme.Id);
        access.RecipientName.ShouldBe("acme");
        access.CredentialFingerprint.ShouldBe(RecipientToken.Fingerprint("good"));
        access.SourceIp.ShouldBe("127.0.0.1");
        access.UserAgent.ShouldBe("Delta-Sharing-Python/1.4");
        access.Parameters["maxResults"].ShouldBe("5");
    }

    [Theory]
    [InlineData(null, 401, "There is no bearer token.", null)]
    [InlineData("Basic dXNlcjpwdw==", 401, "not one bearer token", null)]
    [InlineData("Bearer", 401, "not one bearer token", null)]
    [InlineData("Bearer two words", 401, "not one bearer token", null)]
    [InlineData("Bearer nobody", 401, "unknown or revoked", null)]
    [InlineData("bearer expired", 401, "has expired", "acme")]
    [InlineData("Bearer elsewhere", 403, "access list", "acme")]
    [InlineData("Bearer unchecked", 503, "could not be checked", null)]
    [InlineData("Bearer broken", 500, "on fire", null)]
    public async Task A_caller_who_is_not_let_in_learns_little_and_is_recorded(string? header, int status, string recorded, string? recipient)
    {
        host.Client.DefaultRequestHeaders.Remove("Authorization");
        if (header is not null)
            host.Client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header).ShouldBeTrue();
        using var response = await host.Client.GetAsync("shares");

        ((int)response.StatusCode).ShouldBe(status);
        var body = await BodyAsync(response);
        body.Message.ShouldNotContain(recorded);
        response.Headers.WwwAuthenticate.ToString().StartsWith("Bearer", StringComparison.Ordinal).ShouldBe(status == 401);
        var access = host.Log.Single();
        access.Status.ShouldBe(status);
        access.ErrorCode.ShouldBe(body.ErrorCode);
        access.ErrorMessage.ShouldNotBeNull().ShouldContain(recorded);
        access.RecipientName.ShouldBe(recipient);
    }

    [Fact]
    public async Task An_endpoint_that_fails_tells_the_operator_and_not_the_caller()
    {
        using var response = await host.Client.GetAsync("broken");

        response.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        var body = await BodyAsync(response);
        body.ErrorCode.ShouldBe("INTERNAL_ERROR");
        body.Message.ShouldNotContain("/srv");
        host.Log.Single().ErrorMessage.ShouldNotBeNull().ShouldContain("/srv/tables/x");
    }

    [Fact]
    public async Task What_cannot_be_recorded_is_not_answered()
    {
        host.Log.IsBroken = true;

        foreach (var path in new[] { "shares", "version", "gone/x", "broken", "nowhere" })
        {
            using var response = await host.Client.GetAsync(path);
            response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, path);
            response.Headers.RetryAfter.ShouldNotBeNull();
            response.Headers.Contains("Delta-Table-Version").ShouldBeFalse();
            (await BodyAsync(response)).ErrorCode.ShouldBe("TEMPORARILY_UNAVAILABLE");
        }
    }

    [Fact]
    public async Task An_endpoint_that_forgets_to_record_is_recorded_or_else_cut_off()
    {
        (await host.Client.GetStringAsync("forgetful")).ShouldStartWith("data");
        host.Log.Single().Status.ShouldBe(200);

        host.Log.IsBroken = true;
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, "forgetful"));
        if (response is not null)
            (await response.Content.ReadAsStringAsync()).ShouldNotContain("data");
    }

    [Fact]
    [ProtocolRule("REST APIs", "Every 4xx and 5xx has a body of errorCode and message")]
    public async Task A_status_without_a_body_gets_one()
    {
        using var response = await host.Client.GetAsync("bare-status");

        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await BodyAsync(response)).ErrorCode.ShouldBe("TOO_MANY_REQUESTS");
        host.Log.Single().Status.ShouldBe(429);
    }

    [Theory]
    [InlineData("GET", "nowhere")]
    [InlineData("DELETE", "shares/s/schemas/sc/tables/t/query/more")]
    [InlineData("POST", "")]
    public async Task A_call_that_is_not_of_the_protocol_is_404_in_its_dialect(string method, string path)
    {
        using var response = await host.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await BodyAsync(response)).ErrorCode.ShouldBe("RESOURCE_DOES_NOT_EXIST");
        host.Log.Single().Action.ShouldBe(ProtocolActions.Unknown);
    }

    [Theory]
    [InlineData("DELETE", "shares", "GET")]
    [InlineData("POST", "Shares/", "GET")]
    [InlineData("PUT", "shares?maxResults=5", "GET")]
    [InlineData("PATCH", "version", "GET, HEAD")]
    [InlineData("OPTIONS", "version", "GET, HEAD")]
    [InlineData("GET", "shares/s/schemas/sc/tables/t/query", "POST")]
    [InlineData("HEAD", "shares/s/schemas/sc/tables/t/query", "POST")]
    [InlineData("BREW", "shares/s/changes", "GET")]
    [ProtocolRule("REST APIs", "A method that a path does not have is a 405 whose Allow names those it has")]
    public async Task A_method_that_a_path_does_not_have_is_405_and_those_it_has_are_named(string method, string path, string allowed)
    {
        using var response = await host.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        response.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        string.Join(", ", response.Content.Headers.Allow).ShouldBe(allowed);
        if (method == "HEAD")
            (await response.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        else
            (await BodyAsync(response)).ShouldSatisfyAllConditions(
                body => body.ErrorCode.ShouldBe("METHOD_NOT_ALLOWED"),
                body => body.Message.ShouldContain(allowed)
            );
        var access = host.Log.Single();
        (access.Action, access.Status, access.ErrorCode).ShouldBe((ProtocolActions.Unknown, 405, "METHOD_NOT_ALLOWED"));
        access.RequestId.ShouldBe(Header(response, "x-request-id"));
    }

    [Theory]
    [InlineData("DELETE", "shares")]
    [InlineData("DELETE", "nowhere")]
    [InlineData("POST", "shares/s/changes")]
    public async Task Who_is_not_let_in_does_not_learn_which_paths_there_are(string method, string path)
    {
        using var stranger = host.ClientOf("nobody");
        using var response = await stranger.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        response.Content.Headers.Allow.ShouldBeEmpty();
        host.Log.Single().Status.ShouldBe(401);
    }

    [Fact]
    [ProtocolRule("REST APIs", "A share that is not granted looks like none")]
    public async Task A_share_that_is_not_granted_looks_like_none()
    {
        using var response = await host.Client.GetAsync("gone/Sales");

        (await BodyAsync(response)).Message.ShouldBe("[Share] 'Sales' does not exist, please contact your share provider for further information.");
        var access = host.Log.Single();
        access.Share.ShouldBe("Sales");
        access.ErrorMessage.ShouldBe("There is no grant.");
    }

    [Fact]
    [ProtocolRule("Query Table Version", "The version comes in the header Delta-Table-Version, without a body")]
    public async Task The_version_comes_in_a_header_for_get_and_head_alike()
    {
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            using var response = await host.Client.SendAsync(new HttpRequestMessage(method, "version"));
            Header(response, "Delta-Table-Version").ShouldBe("42");
            (await response.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        }

        host.Log.Records.ShouldAllBe(access => access.TableVersion == 42);
    }

    [Fact]
    public async Task A_refused_head_has_no_body()
    {
        using var response = await host.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "nowhere"));

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await response.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("sane.Id-1_2", true)]
    [InlineData("has space", false)]
    [InlineData("", false)]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", false)]
    public async Task A_clients_own_id_is_echoed_only_where_it_is_sane(string id, bool echoed)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "shares");
        request.Headers.TryAddWithoutValidation("x-client-request-id", id);
        request.Headers.TryAddWithoutValidation("x-request-id", "forged");
        using var response = await host.Client.SendAsync(request);

        response.Headers.Contains("x-client-request-id").ShouldBe(echoed);
        Header(response, "x-request-id").ShouldNotBe("forged");
        host.Log.Single().Parameters.ContainsKey("x-client-request-id").ShouldBe(echoed);
    }

    [Fact]
    public async Task The_parts_of_a_query_are_recorded()
    {
        using var response = await QueryAsync("""{"predicateHints":["a = 1","b = 2"],"limitHint":10,"version":3}""");

        Header(response, "Delta-Table-Version").ShouldBe("3");
        var access = host.Log.Single();
        (access.Share, access.Schema, access.Table).ShouldBe(("s", "sc", "t"));
        access.Parameters["predicateHints"].ShouldBe("a = 1 AND b = 2");
        access.Parameters["limitHint"].ShouldBe("10");
        access.Parameters["version"].ShouldBe("3");
    }

    [Theory]
    [InlineData("{\n oops", "line 2, byte 1")]
    [InlineData("""{"version":"x"}""", "version")]
    public async Task A_malformed_body_is_400_with_its_place(string body, string expected)
    {
        using var response = await QueryAsync(body);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = await BodyAsync(response);
        error.ErrorCode.ShouldBe("MALFORMED_REQUEST");
        error.Message.ShouldContain(expected);
    }

    [Fact]
    public async Task A_parameter_that_cannot_be_bound_is_400_in_the_dialect()
    {
        using var response = await host.Client.PostAsync("bound", new StringContent("{", Encoding.UTF8, "application/json"));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await BodyAsync(response)).ErrorCode.ShouldBe("MALFORMED_REQUEST");
        host.Log.Single().Status.ShouldBe(400);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [ProtocolRule("Limits and load", "A body of more than 1 MiB is a 413")]
    public async Task A_body_of_more_than_a_mebibyte_is_413(bool chunked)
    {
        var body = new ByteArrayContent([.. "{"u8, .. new byte[RequestBody.MaxBytes].Select(_ => (byte)' '), .. "}"u8]);
        var request = new HttpRequestMessage(HttpMethod.Post, "shares/s/schemas/sc/tables/t/query") { Content = body };
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.ExpectContinue = true;
        using var response = await host.Client.SendAsync(request);

        ((int)response.StatusCode).ShouldBe(413);
        (await BodyAsync(response)).ErrorCode.ShouldBe("RESOURCE_LIMIT_EXCEEDED");
        host.Log.Single().Status.ShouldBe(413);
    }

    private async Task<HttpResponseMessage> QueryAsync(string body) =>
        await host.Client.PostAsync("shares/s/schemas/sc/tables/t/query", new StringContent(body, Encoding.UTF8, "application/json"));

    private async Task<HttpResponseMessage?> SendAsync(HttpRequestMessage request)
    {
        try
        {
            return await host.Client.SendAsync(request);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();

    private static async Task<ErrorBody> BodyAsync(HttpResponseMessage response)
    {
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        return ErrorBody.Parse(await response.Content.ReadAsByteArrayAsync()).ShouldNotBeNull();
    }
}
