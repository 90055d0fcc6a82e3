using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Tests.Server;

namespace Tideway.DeltaSharing.Tests.Client;

/// <summary>Against a server that is its own token endpoint at <c>/oauth/token</c> and takes only tokens that it gave last.</summary>
public sealed class CredentialTests : IAsyncLifetime
{
    private readonly ManualTime time = new(new DateTimeOffset(2026, 11, 26, 0, 0, 0, TimeSpan.Zero));
    private readonly string keys = Directory.CreateTempSubdirectory("tideway-keys-").FullName;
    private FakeServer server = null!;
    private int tokens;
    private string tokenAnswer = """{"access_token":"token-#","token_type":"bearer","expires_in":3600}""";

    public async ValueTask InitializeAsync()
    {
        server = await FakeServer.StartAsync();
        server.Handler = (context, _) =>
        {
            if (context.Request.Path == "/oauth/token")
                return context.Response.WriteAsync(tokenAnswer.Replace("#", $"{Interlocked.Increment(ref tokens)}", StringComparison.Ordinal));
            return context.Request.Headers.Authorization == $"Bearer token-{tokens}"
                ? context.LinesAsync("")
                : context.StatusAsync(401, """{"errorCode":"UNAUTHENTICATED","message":"no"}""");
        };
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(keys, recursive: true);
    }

    private IEnumerable<string> TokenRequests => server.Requests.Where(r => r.Target == "/oauth/token").Select(r => r.Body);

    [Fact]
    public async Task A_client_secret_goes_to_the_token_endpoint_and_the_token_to_the_server()
    {
        await VersionAsync(Client(Secret() with { Scope = "tables read" }));

        var asked = server.Requests.First();
        asked.Headers.Authorization.ToString().ShouldBe("Basic " + Convert.ToBase64String("harbor:s+cr%3At"u8));
        asked.Body.ShouldBe("grant_type=client_credentials&scope=tables+read");
        server.Requests.Last().Headers.Authorization.ToString().ShouldBe("Bearer token-1");
    }

    [Fact]
    public async Task A_token_serves_many_requests_at_once_and_is_renewed_ten_minutes_before_its_end()
    {
        var client = Client(Secret());
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => VersionAsync(client)));
        tokens.ShouldBe(1);

        time.Now += TimeSpan.FromMinutes(49);
        await VersionAsync(client);
        tokens.ShouldBe(1);

        time.Now += TimeSpan.FromMinutes(2);
        await VersionAsync(client);
        tokens.ShouldBe(2);
    }

    [Fact]
    public async Task A_token_of_a_short_life_is_renewed_after_half_of_it()
    {
        tokenAnswer = """{"access_token":"token-#","expires_in":"60"}""";
        var client = Client(Secret());
        await VersionAsync(client);
        time.Now += TimeSpan.FromSeconds(29);
        await VersionAsync(client);
        tokens.ShouldBe(1);

        time.Now += TimeSpan.FromSeconds(2);
        await VersionAsync(client);
        tokens.ShouldBe(2);
    }

    [Fact]
    public async Task A_token_that_is_refused_is_replaced_once()
    {
        var client = Client(Secret());
        await VersionAsync(client);
        // As if the server had forgotten it.
        tokens++;

        await VersionAsync(client);

        server.Requests.Count.ShouldBe(5);
    }

    [Fact]
    public async Task A_server_that_refuses_every_token_is_asked_for_one_more_only()
    {
        server.Handler = (context, _) =>
            context.Request.Path == "/oauth/token"
                ? context.Response.WriteAsync(tokenAnswer)
                : context.StatusAsync(401, """{"errorCode":"UNAUTHENTICATED","message":"no"}""");

        (await Should.ThrowAsync<DeltaSharingException>(() => VersionAsync(Client(Secret())))).Error.ShouldBe(DeltaSharingError.Unauthorized);

        TokenRequests.Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_refusal_of_the_token_endpoint_is_told_in_its_words_and_without_the_secret()
    {
        server.Handler = (context, _) => context.StatusAsync(401, """{"error":"invalid_client","error_description":"the client is unknown"}""");

        var failure = await Should.ThrowAsync<DeltaSharingException>(() => VersionAsync(Client(Secret())));

        (failure.Error, failure.ErrorCode).ShouldBe((DeltaSharingError.Unauthorized, "invalid_client"));
        failure.Message.ShouldContain("the client is unknown");
        failure.ToString().ShouldNotContain("s cr:t");
        TokenRequests.Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_secret_that_is_refused_in_the_form_of_the_standard_is_shown_as_it_is_and_so_from_then_on()
    {
        TakeSecretAs("harbor:s cr:t", 401, "invalid_client");
        var client = Client(Secret());
        await VersionAsync(client);
        time.Now += TimeSpan.FromHours(1);
        await VersionAsync(client);

        server
            .Requests.Where(request => request.Target == "/oauth/token")
            .Select(request => request.Headers.Authorization.ToString())
            .ShouldBe([Basic("harbor:s+cr%3At"), Basic("harbor:s cr:t"), Basic("harbor:s cr:t")]);
    }

    [Fact]
    public async Task A_secret_that_is_wrong_in_either_form_is_refused_in_the_words_of_the_first_refusal()
    {
        TakeSecretAs("harbor:other", 400, "invalid_client");
        var client = Client(Secret());

        (await Should.ThrowAsync<DeltaSharingException>(() => VersionAsync(client))).ErrorCode.ShouldBe("invalid_client");
        TakeSecretAs("harbor:s+cr%3At", 400, "invalid_client");
        await VersionAsync(client);

        TokenRequests.Count().ShouldBe(3);
    }

    [Theory]
    [InlineData("harbor", "plain-secret_1")]
    [InlineData("har:bor", "s cr:t")]
    public async Task A_secret_with_one_form_only_is_shown_once(string id, string secret)
    {
        server.Handler = (context, _) => context.StatusAsync(401, """{"error":"invalid_client"}""");

        await Should.ThrowAsync<DeltaSharingException>(() => VersionAsync(Client(Secret() with { ClientId = id, ClientSecret = secret })));

        TokenRequests.Count().ShouldBe(1);
    }

    [Theory]
    [InlineData("3600.0", 3600)]
    [InlineData("\"3600.0\"", 3600)]
    [InlineData("null", 3600)]
    [InlineData("3.6e3", 3600)]
    [InlineData("99999999999999999999", 366 * 86_400)]
    [InlineData("1e400", 366 * 86_400)]
    public async Task A_life_of_a_token_that_is_oddly_told_is_understood(string expiresIn, int seconds)
    {
        tokenAnswer = """{"access_token":"token-#","expires_in":EXPIRES}""".Replace("EXPIRES", expiresIn, StringComparison.Ordinal);
        var client = Client(Secret());
        await VersionAsync(client);

        time.Now += TimeSpan.FromSeconds(seconds) - TimeSpan.FromMinutes(11);
        await VersionAsync(client);
        tokens.ShouldBe(1);
        time.Now += TimeSpan.FromMinutes(2);
        await VersionAsync(client);
        tokens.ShouldBe(2);
    }

    [Fact]
    public async Task A_token_endpoint_that_is_down_is_tried_no_more_often_than_any_server()
    {
        server.Handler = (context, _) => context.StatusAsync(503);

        (await Should.ThrowAsync<DeltaSharingException>(() => VersionAsync(Client(Secret())))).Error.ShouldBe(DeltaSharingError.ServerFailed);

        server.Requests.Count.ShouldBe(1 + FakeServer.Options.MaxRetries);
    }

    [Theory]
    [InlineData("<html>sign in</html>")]
    [InlineData("[]")]
    [InlineData("""{"access_token":""}""")]
    [InlineData("""{"access_token":"a b","expires_in":60}""")]
    [InlineData("""{"access_token":"secret-token","token_type":"mac","expires_in":60}""")]
    [InlineData("""{"access_token":"secret-token","expires_in":-1}""")]
    [InlineData("""{"access_token":"secret-token","expires_in":0}""")]
    [InlineData("""{"access_token":"secret-token","expires_in":"soon"}""")]
    [InlineData("""{"access_token":"secret-token","expires_in":[]}""")]
    [InlineData("""{"access_token":"\ud800"}""")]
    [InlineData("""{"access_token":"secret-token","token_type":"\ud800"}""")]
    [InlineData("""{"access_token":"secret-token","expires_in":"\ud800"}""")]
    [InlineData("""{"\ud800":1,"access_token":"secret-token","expires_in":-1}""")]
    public async Task An_answer_that_is_no_token_is_malformed(string answer)
    {
        tokenAnswer = answer;

        var failure = await Should.ThrowAsync<DeltaSharingException>(() => VersionAsync(Client(Secret())));

        failure.Error.ShouldBe(DeltaSharingError.MalformedAnswer);
        failure.ToString().ShouldNotContain("secret-token");
    }

    [Fact]
    public async Task A_token_endpoint_that_sends_without_end_is_cut_off()
    {
        tokenAnswer = "{\"access_token\":\"" + new string('x', 100_000) + "\"}";

        (await Should.ThrowAsync<DeltaSharingException>(() => VersionAsync(Client(Secret())))).Error.ShouldBe(DeltaSharingError.LimitExceeded);
    }

    [Fact]
    public void A_token_endpoint_without_encryption_is_refused_before_anything_is_sent() =>
        Should.Throw<DeltaSharingException>(() => Client(Secret(), new DeltaSharingClientOptions())).Error.ShouldBe(DeltaSharingError.AddressRefused);

    [Fact]
    public async Task A_name_and_a_password_go_on_every_request()
    {
        server.Handler = (context, _) => context.LinesAsync("");

        await VersionAsync(Client(new BasicCredential("harbor", "pass:word")));

        server.Requests.Single().Headers.Authorization.ToString().ShouldBe("Basic " + Convert.ToBase64String("harbor:pass:word"u8));
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS384")]
    [InlineData("ES256")]
    public async Task A_private_key_signs_an_assertion_that_its_public_key_verifies(string algorithm)
    {
        var (pem, publicKey) = MakeKey(algorithm);
        await File.WriteAllTextAsync(Path.Combine(keys, "key.pem"), pem, TestContext.Current.CancellationToken);

        await VersionAsync(Client(PrivateKey(algorithm), WithKeys()));

        var form = QueryHelpers.ParseQuery(TokenRequests.Single());
        (form["grant_type"].ToString(), form["client_id"].ToString(), form["client_assertion_type"].ToString()).ShouldBe(
            ("client_credentials", "harbor", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        );
        var checkedToken = await new JsonWebTokenHandler().ValidateTokenAsync(
            form["client_assertion"],
            new TokenValidationParameters
            {
                ValidIssuer = "issuer",
                ValidAudience = "audience",
                IssuerSigningKey = publicKey,
                ValidAlgorithms = [algorithm],
                ValidateLifetime = false,
            }
        );
        checkedToken.IsValid.ShouldBeTrue(checkedToken.Exception?.Message);
        var token = (JsonWebToken)checkedToken.SecurityToken;
        (token.Subject, token.Kid).ShouldBe(("harbor", "key-1"));
        token.ValidTo.ShouldBe(time.GetUtcNow().UtcDateTime.AddMinutes(5), TimeSpan.FromSeconds(1));
        token.Id.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../key.pem")]
    [InlineData("nothing.pem")]
    [InlineData("none.pem")]
    [InlineData("link.pem")]
    public async Task A_private_key_is_read_only_from_the_folder_for_keys(string file)
    {
        await File.WriteAllTextAsync(Path.Combine(keys, "none.pem"), "hunter2", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(keys, "link.pem"), "/etc/passwd");

        var failure = Should.Throw<DeltaSharingException>(() => Client(PrivateKey("RS256") with { PrivateKeyFile = file }, WithKeys()));

        failure.Error.ShouldBe(DeltaSharingError.CredentialRefused);
        failure.ToString().ShouldNotContain("hunter2");
    }

    [Theory]
    [InlineData("away/key.pem", false)]
    [InlineData("inside/key.pem", true)]
    [InlineData("../key.pem", false)]
    public async Task Links_on_the_way_to_a_private_key_may_not_lead_out_of_the_folder_for_keys(string file, bool isRead)
    {
        var (pem, _) = MakeKey("RS256");
        var elsewhere = Directory.CreateDirectory(Path.Combine(keys, "elsewhere")).FullName;
        var folder = Directory.CreateDirectory(Path.Combine(keys, "folder")).FullName;
        // As secrets are mounted: a link to a folder that is replaced as a whole.
        Directory.CreateDirectory(Path.Combine(folder, "..data-1"));
        await File.WriteAllTextAsync(Path.Combine(folder, "..data-1", "key.pem"), pem, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(elsewhere, "key.pem"), pem, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(keys, "key.pem"), pem, TestContext.Current.CancellationToken);
        Directory.CreateSymbolicLink(Path.Combine(folder, "away"), elsewhere);
        Directory.CreateSymbolicLink(Path.Combine(folder, "inside"), "..data-1");
        var linked = Path.Combine(keys, "linked");
        Directory.CreateSymbolicLink(linked, folder);
        var options = new DeltaSharingClientOptions
        {
            AllowInsecureHttp = true,
            AllowPrivateAddresses = true,
            PrivateKeyFolder = linked,
        };

        var open = () => Client(PrivateKey("RS256") with { PrivateKeyFile = file }, options);

        if (isRead)
            await VersionAsync(open());
        else
            Should.Throw<DeltaSharingException>(open).Error.ShouldBe(DeltaSharingError.CredentialRefused);
    }

    [Fact]
    public void A_private_key_is_not_read_where_no_folder_for_keys_is_set() =>
        Should.Throw<DeltaSharingException>(() => Client(PrivateKey("RS256"))).Message.ShouldContain(nameof(DeltaSharingClientOptions.PrivateKeyFolder));

    [Theory]
    [InlineData("HS256")]
    [InlineData("none")]
    [InlineData("ES512")]
    public async Task An_algorithm_that_does_not_go_with_the_key_is_refused(string algorithm)
    {
        await File.WriteAllTextAsync(Path.Combine(keys, "key.pem"), MakeKey("RS256").Pem, TestContext.Current.CancellationToken);

        Should.Throw<DeltaSharingException>(() => Client(PrivateKey(algorithm), WithKeys())).Error.ShouldBe(DeltaSharingError.CredentialRefused);
    }

    private void TakeSecretAs(string pair, int status, string code) =>
        server.Handler = (context, _) =>
            context.Request.Path != "/oauth/token" ? context.LinesAsync("")
            : context.Request.Headers.Authorization == Basic(pair)
                ? context.Response.WriteAsync(tokenAnswer.Replace("#", $"{Interlocked.Increment(ref tokens)}", StringComparison.Ordinal))
            : context.StatusAsync(status, $$"""{"error":"{{code}}"}""");

    private static string Basic(string pair) => "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(pair));

    private static Task VersionAsync(DeltaSharingClient client) =>
        client.GetTableVersionAsync(FakeServer.Table, cancellationToken: TestContext.Current.CancellationToken);

    private static (string Pem, SecurityKey Public) MakeKey(string algorithm)
    {
        if (algorithm.StartsWith("ES", StringComparison.Ordinal))
        {
            var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return (curve.ExportPkcs8PrivateKeyPem(), new ECDsaSecurityKey(ECDsa.Create(curve.ExportParameters(false))));
        }

        var rsa = RSA.Create(2048);
        return (rsa.ExportPkcs8PrivateKeyPem(), new RsaSecurityKey(rsa.ExportParameters(false)));
    }

    private OAuthClientCredential Secret() =>
        new()
        {
            TokenEndpoint = new Uri(server.Address, "oauth/token"),
            ClientId = "harbor",
            ClientSecret = "s cr:t",
        };

    private PrivateKeyCredential PrivateKey(string algorithm) =>
        new()
        {
            TokenEndpoint = new Uri(server.Address, "oauth/token"),
            Issuer = "issuer",
            ClientId = "harbor",
            Audience = "audience",
            PrivateKeyFile = "key.pem",
            KeyId = "key-1",
            Algorithm = algorithm,
        };

    private DeltaSharingClientOptions WithKeys() =>
        new()
        {
            AllowInsecureHttp = true,
            AllowPrivateAddresses = true,
            PrivateKeyFolder = keys,
        };

    private DeltaSharingClient Client(ProfileCredential credential, DeltaSharingClientOptions? options = null) => server.Client(credential, options, time);
}
