using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Web;
using Tideway.RecipientAuth.Secrets;
using Tideway.RecipientAuth.Tests.Hosts;

namespace Tideway.RecipientAuth.Tests.Introspection;

public sealed class IntrospectionTests : IAsyncLifetime
{
    private const string Path = "/internal/v1/introspect";

    private RecipientAuthProcess process = null!;

    public async ValueTask InitializeAsync() => process = await RecipientAuthProcess.StartAsync();

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    public async Task A_known_token_is_answered_as_the_other_services_read_it()
    {
        var link = await process.CreateRecipientAsync("acme", new { properties_kvpairs = new { properties = new { Country_Code = "US" } } });
        var token = await process.TokenOfAsync(link);

        using var response = await AskAsync(Secret.Sha256(token));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var credential = (await response.Content.ReadFromJsonAsync<Credential>(ManagementJson.Options)).ShouldNotBeNull();
        credential.Kind.ShouldBe(CredentialKind.Recipient);
        credential.Name.ShouldBe("acme");
        credential.Properties["Country_Code"].ShouldBe("US");
        credential.ExpiresAt.ShouldBeGreaterThan(process.Time.GetUtcNow());
    }

    [Fact]
    public async Task A_principal_is_answered_with_its_roles()
    {
        using var response = await AskAsync(Secret.Sha256(RecipientAuthProcess.AdminToken));

        var credential = (await response.Content.ReadFromJsonAsync<Credential>(ManagementJson.Options)).ShouldNotBeNull();
        credential.Kind.ShouldBe(CredentialKind.Principal);
        credential.Roles.ShouldBe(["admin"]);
    }

    [Fact]
    public async Task An_unknown_token_is_204()
    {
        using var response = await AskAsync(Secret.Sha256("unknown"));

        response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_flood_of_unknown_tokens_keeps_no_known_one_waiting()
    {
        for (var i = 0; i < 200; i++)
        {
            using var unknown = await AskAsync(Secret.Sha256("unknown-" + i));
            unknown.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        using var known = await AskAsync(Secret.Sha256(RecipientAuthProcess.AdminToken));
        known.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("twr_0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab")]
    public async Task What_is_no_hash_is_400_and_not_repeated(string hash)
    {
        using var response = await AskAsync(hash);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        if (hash.Length > 0)
            (await response.Content.ReadAsStringAsync()).ShouldNotContain(hash);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(RecipientAuthProcess.AdminToken)]
    [InlineData("test-internal-key-0123456789abcdefgH")]
    public async Task Without_the_internal_key_nothing_is_answered(string? key)
    {
        using var response = await AskAsync(Secret.Sha256(RecipientAuthProcess.AdminToken), key);

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private async Task<HttpResponseMessage> AskAsync(string hash, string? key = RecipientAuthProcess.InternalKey)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = JsonContent.Create(new { token_sha256 = hash }) };
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return await process.Stranger.SendAsync(request);
    }
}
