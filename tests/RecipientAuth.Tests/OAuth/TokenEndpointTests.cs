using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tideway.Contracts.RecipientAuth;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Credentials;
using Tideway.DeltaSharing.Protocol;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Web;
using Tideway.RecipientAuth.Secrets;
using Tideway.RecipientAuth.Tests.Hosts;
using Tideway.Testing;
using static Tideway.RecipientAuth.Tests.Hosts.Answers;

namespace Tideway.RecipientAuth.Tests.OAuth;

public sealed class TokenEndpointTests : IAsyncLifetime
{
    private const string Grant = "grant_type=client_credentials";

    private RecipientAuthProcess process = null!;

    public async ValueTask InitializeAsync() => process = await RecipientAuthProcess.StartAsync();

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    [ProtocolRule(
        "Profiles of version 2",
        "A recipient may get a profile of version 2 instead",
        Served = "oauth_client_credentials; neither Python's nor Spark's client takes bearer_token"
    )]
    public async Task A_link_gives_a_profile_of_version_2_whose_secret_opens_only_the_token_endpoint()
    {
        var client = await ClientAsync("acme");

        client.TokenEndpoint.ShouldBe(new Uri(RecipientAuthProcess.PublicUrl + "/oauth/token"));
        client.ClientSecret.ShouldStartWith("twc_");
        (await FindAsync(client.ClientSecret)).ShouldBeNull();
        (await process.Admin.GetAnswerAsync(RecipientsPath + "/acme")).Json.GetProperty("authentication_type").GetString().ShouldBe("OAUTH_CLIENT_CREDENTIALS");
    }

    [Fact]
    [ProtocolRule(
        "Profiles of version 2",
        "The token endpoint answers with access_token and expires_in",
        Served = "tokens live for an hour: clients renew ten minutes early"
    )]
    public async Task A_secret_is_exchanged_for_a_token_of_an_hour_that_stands_for_the_recipient()
    {
        var client = await ClientAsync("acme");

        using var response = await AskAsync(client, Grant + "&scope=x");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var answer = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        answer.GetProperty("token_type").GetString().ShouldBe("Bearer");
        answer.GetProperty("expires_in").GetInt64().ShouldBe(3600);
        answer.GetProperty("scope").GetString().ShouldBe("x");
        var token = answer.GetProperty("access_token").GetString()!;
        var credential = (await FindAsync(token)).ShouldNotBeNull();
        (credential.Kind, credential.Name).ShouldBe((CredentialKind.Recipient, "acme"));
        var issued = await process.Events.WaitForAsync<RecipientAccessTokenIssued>(e => e.RecipientName == "acme");
        (issued.ClientId.ToString(), issued.SourceIp).ShouldBe((client.ClientId, "127.0.0.1"));

        process.Time.Advance(TimeSpan.FromHours(1));
        (await FindAsync(token)).ShouldBeNull();
    }

    [Fact]
    [ProtocolRule("Profiles of version 2", "Our client reads with the profile as it was given")]
    public async Task The_client_library_reads_with_the_profile_as_it_was_given()
    {
        var client = await ClientAsync("acme");
        using var http = new HttpClient();
        var options = new DeltaSharingClientOptions { AllowInsecureHttp = true, AllowPrivateAddresses = true };
        var profile = new SharingProfile
        {
            Endpoint = process.Stranger.BaseAddress!,
            Credential = client with { TokenEndpoint = new Uri(process.Stranger.BaseAddress!, "oauth/token") },
        };
        using var request = new HttpRequestMessage();

        await SharingCredential.Of(http, profile, options).AuthorizeAsync(request, TestContext.Current.CancellationToken);

        (await FindAsync(request.Headers.Authorization!.Parameter!)).ShouldNotBeNull();
    }

    [Fact]
    [ProtocolRule("Profiles of version 2", "Id and secret may come in the Authorization header or in the form")]
    public async Task Id_and_secret_may_come_in_the_form()
    {
        var client = await ClientAsync("acme");

        using var response = await AskAsync(null, $"{Grant}&client_id={client.ClientId}&client_secret={client.ClientSecret}");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_is_refused_is_not_told_why_and_the_operator_is()
    {
        var client = await ClientAsync("acme");
        OAuthClientCredential[] wrong =
        [
            client with
            {
                ClientSecret = "twc_wrong",
            },
            client with
            {
                ClientId = Guid.CreateVersion7().ToString(),
            },
            client with
            {
                ClientId = "no-id",
            },
        ];

        var bodies = new List<string>();
        foreach (var attempt in wrong)
        {
            using var response = await AskAsync(attempt, Grant);
            response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            response.Headers.WwwAuthenticate.Single().Scheme.ShouldBe("Basic");
            bodies.Add(await response.Content.ReadAsStringAsync());
        }

        bodies.Distinct().Count().ShouldBe(1);
        JsonElement.Parse(bodies[0]).GetProperty("error").GetString().ShouldBe("invalid_client");
        (await process.Events.WaitForAsync<RecipientAccessTokenRefused>(e => e.Reason == "wrong_secret")).RecipientName.ShouldBe("acme");
        (await process.Events.WaitForAsync<RecipientAccessTokenRefused>(e => e.Reason == "unknown_client")).RecipientName.ShouldBeNull();
        process.Log.Lines.ShouldNotContain(line => line.Contains(client.ClientSecret));
    }

    [Theory]
    [InlineData("", "invalid_request")]
    [InlineData("grant_type=client_credentials&grant_type=password", "invalid_request")]
    [InlineData("grant_type=password", "unsupported_grant_type")]
    public async Task A_request_that_is_none_is_refused_by_the_code_of_the_rfc(string form, string error)
    {
        using var response = await AskAsync(await ClientAsync("acme"), form);

        await ShouldBeErrorAsync(response, HttpStatusCode.BadRequest, error);
    }

    [Fact]
    public async Task Json_is_not_a_form()
    {
        var answer = await process.Stranger.PostAnswerAsync("/oauth/token", new { grant_type = "client_credentials" });

        (answer.Status, answer.Json.GetProperty("error").GetString()).ShouldBe((HttpStatusCode.BadRequest, "invalid_request"));
    }

    [Theory]
    [InlineData(415, "invalid_request")]
    [InlineData(429, "slow_down")]
    [InlineData(500, "server_error")]
    [InlineData(503, "temporarily_unavailable")]
    public async Task What_goes_wrong_around_the_endpoint_is_told_in_the_form_of_the_rfc(int status, string error)
    {
        var dialect = process.Get<IErrorDialect>();
        var context = new DefaultHttpContext { RequestServices = process.Get<IServiceProvider>() };
        context.Request.Path = "/oauth/token";
        var body = new MemoryStream();
        context.Response.Body = body;

        dialect.Covers(context.Request).ShouldBeTrue();
        await dialect.WriteAsync(context, status, "A_CODE", "Why.");

        (context.Response.StatusCode, context.Response.Headers.CacheControl.ToString()).ShouldBe((status, "no-store"));
        Encoding.UTF8.GetString(body.ToArray()).ShouldBe($$"""{"error":"{{error}}","error_description":"Why."}""");
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        using var response = await AskAsync(null, Grant + "&scope=" + new string('x', 100_000));

        await ShouldBeErrorAsync(response, HttpStatusCode.RequestEntityTooLarge, "invalid_request");
    }

    [Fact]
    public async Task A_body_of_no_known_length_that_is_too_large_is_refused_alike()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth/token")
        {
            Content = new StringContent(Grant + "&scope=" + new string('x', 100_000), Encoding.ASCII, "application/x-www-form-urlencoded"),
        };
        request.Headers.TransferEncodingChunked = true;

        using var response = await process.Stranger.SendAsync(request);

        await ShouldBeErrorAsync(response, HttpStatusCode.RequestEntityTooLarge, "invalid_request");
    }

    [Theory]
    [InlineData("GET", "/oauth/token")]
    [InlineData("PUT", "/oauth/token/")]
    [InlineData("DELETE", "/OAuth/Token")]
    public async Task Another_method_is_refused_in_the_form_of_the_rfc_with_the_one_that_is_taken(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var response = await process.Stranger.SendAsync(request);

        response.Content.Headers.Allow.ShouldBe(["POST"]);
        await ShouldBeErrorAsync(response, HttpStatusCode.MethodNotAllowed, "invalid_request");
    }

    [Fact]
    public async Task What_lies_below_the_endpoint_is_not_of_it()
    {
        var answer = await process.Stranger.GetAnswerAsync("/oauth/token/x");

        (answer.Status, answer.ErrorCode).ShouldBe((HttpStatusCode.NotFound, "ENDPOINT_NOT_FOUND"));
    }

    [Fact]
    public async Task A_client_comes_only_from_the_addresses_of_its_recipient()
    {
        var link = await process.CreateRecipientAsync(
            "acme",
            new { authentication_type = "OAUTH_CLIENT_CREDENTIALS", ip_access_list = new { allowed_ip_addresses = new[] { "192.0.2.0/24" } } }
        );
        var client = await ProfileAsync(link);

        using var outside = await AskAsync(client, Grant, from: "198.51.100.1");
        using var inside = await AskAsync(client, Grant, from: "192.0.2.9");

        (outside.StatusCode, inside.StatusCode).ShouldBe((HttpStatusCode.Unauthorized, HttpStatusCode.OK));
    }

    [Fact]
    public async Task After_a_rotation_the_old_secret_and_its_tokens_end_with_their_grace()
    {
        var old = await ClientAsync("acme");
        var oldToken = await TokenAsync(old);
        var rotated = await process.Admin.PostAnswerAsync($"{RecipientsPath}/acme/rotate-token", new { existing_token_expire_in_seconds = 600 });
        var young = await ProfileAsync(LinkOf(rotated));

        (await FindAsync(oldToken)).ShouldNotBeNull();
        (await FindAsync(await TokenAsync(young))).ShouldNotBeNull();

        process.Time.Advance(TimeSpan.FromMinutes(11));
        (await FindAsync(oldToken)).ShouldBeNull();
        using var refused = await AskAsync(old, Grant);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await FindAsync(await TokenAsync(young))).ShouldNotBeNull();
    }

    [Fact]
    public async Task Tokens_end_at_once_with_their_recipient()
    {
        var token = await TokenAsync(await ClientAsync("acme"));

        await process.Admin.DeleteAnswerAsync(RecipientsPath + "/acme");

        (await FindAsync(token)).ShouldBeNull();
    }

    [Fact]
    public async Task The_oldest_token_ends_where_a_client_asks_for_too_many()
    {
        await using var small = await RecipientAuthProcess.StartAsync("--RecipientAuth:OAuth:MaxAccessTokensPerClient=2");
        var client = await ProfileAsync(small, await small.CreateRecipientAsync("acme", new { authentication_type = "OAUTH_CLIENT_CREDENTIALS" }));
        var tokens = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            using var response = await AskAsync(small, client, Grant);
            tokens.Add(JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("access_token").GetString()!);
            small.Time.Advance(TimeSpan.FromSeconds(1));
        }

        var source = small.Get<ICredentialSource>();
        var found = new List<bool>();
        foreach (var token in tokens)
            found.Add(await source.FindAsync(Secret.Sha256(token), TestContext.Current.CancellationToken) is not null);
        found.ShouldBe([false, true, true]);
    }

    [Fact]
    public async Task A_token_is_good_also_where_those_before_it_would_have_lived_longer()
    {
        await using var small = await RecipientAuthProcess.StartAsync("--RecipientAuth:OAuth:MaxAccessTokensPerClient=2");
        var client = await ProfileAsync(small, await small.CreateRecipientAsync("acme", new { authentication_type = "OAUTH_CLIENT_CREDENTIALS" }));
        using (await AskAsync(small, client, Grant)) { }
        using (await AskAsync(small, client, Grant)) { }
        await small.Admin.PostAnswerAsync($"{RecipientsPath}/acme/rotate-token", new { existing_token_expire_in_seconds = 600 });

        using var response = await AskAsync(small, client, Grant);

        var token = JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("access_token").GetString()!;
        (await small.Get<ICredentialSource>().FindAsync(Secret.Sha256(token), TestContext.Current.CancellationToken)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_form_of_too_many_fields_is_refused_like_one_that_is_none()
    {
        using var response = await AskAsync(null, string.Concat(Enumerable.Repeat("a=&", 2_000)));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("error").GetString().ShouldBe("invalid_request");
    }

    [Fact]
    public async Task An_address_that_guesses_has_to_wait_and_others_have_not()
    {
        await using var strict = await RecipientAuthProcess.StartAsync("--RecipientAuth:OAuth:RefusedPerMinute=3");
        var client = await ProfileAsync(strict, await strict.CreateRecipientAsync("acme", new { authentication_type = "OAUTH_CLIENT_CREDENTIALS" }));
        for (var i = 0; i < 3; i++)
            using (await AskAsync(strict, client with { ClientSecret = "twc_guess" }, Grant, "192.0.2.66")) { }

        using var guesser = await AskAsync(strict, client, Grant, "192.0.2.66");
        using var other = await AskAsync(strict, client, Grant, "192.0.2.67");

        (guesser.StatusCode, other.StatusCode).ShouldBe((HttpStatusCode.TooManyRequests, HttpStatusCode.OK));
        guesser.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
    }

    private static async Task ShouldBeErrorAsync(HttpResponseMessage response, HttpStatusCode status, string error)
    {
        response.StatusCode.ShouldBe(status);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        response.Headers.Pragma.ToString().ShouldBe("no-cache");
        var body = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        body.GetProperty("error").GetString().ShouldBe(error);
        body.GetProperty("error_description").GetString().ShouldNotBeNullOrEmpty();
        body.EnumerateObject().Count().ShouldBe(2);
    }

    private async Task<OAuthClientCredential> ClientAsync(string name) =>
        await ProfileAsync(await process.CreateRecipientAsync(name, new { authentication_type = "OAUTH_CLIENT_CREDENTIALS" }));

    private Task<OAuthClientCredential> ProfileAsync(string link) => ProfileAsync(process, link);

    private static async Task<OAuthClientCredential> ProfileAsync(RecipientAuthProcess process, string link)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, link);
        request.Headers.Add("X-Forwarded-For", "192.0.2.1");
        using var response = await process.Stranger.SendAsync(request);
        var profile = SharingProfile.Parse(await response.Content.ReadAsByteArrayAsync());
        return profile.Credential.ShouldBeOfType<OAuthClientCredential>();
    }

    private async Task<string> TokenAsync(OAuthClientCredential client)
    {
        using var response = await AskAsync(client, Grant);
        return JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("access_token").GetString()!;
    }

    private Task<HttpResponseMessage> AskAsync(OAuthClientCredential? client, string form, string? from = null) => AskAsync(process, client, form, from);

    private static async Task<HttpResponseMessage> AskAsync(RecipientAuthProcess process, OAuthClientCredential? client, string form, string? from = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth/token")
        {
            Content = new StringContent(form, Encoding.ASCII, "application/x-www-form-urlencoded"),
        };
        if (from is not null)
            request.Headers.Add("X-Forwarded-For", from);
        if (client is not null)
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{client.ClientId}:{client.ClientSecret}")));
        return await process.Stranger.SendAsync(request);
    }

    private Task<Credential?> FindAsync(string token) =>
        process.Get<ICredentialSource>().FindAsync(Secret.Sha256(token), TestContext.Current.CancellationToken);
}
