using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Tests.Hosts;

namespace Tideway.Hosting.Tests.Identity;

public sealed class RoleRequirementsTests : IAsyncLifetime
{
    private const string InternalKey = "0123456789abcdef0123456789abcdef";
    private readonly FakeCredentialSource source = new();
    private TestProcess process = null!;

    public async ValueTask InitializeAsync()
    {
        source.Add("outbound", CredentialKind.Principal, Roles.OutboundOperator);
        source.Add("inbound", CredentialKind.Principal, Roles.InboundOperator);
        source.Add("admin", CredentialKind.Principal, Roles.Admin);
        source.Add("partner", CredentialKind.Recipient, Roles.Admin);
        process = await TestProcess.StartAsync(
            builder => builder.Services.AddSingleton<ICredentialSource>(source),
            app =>
            {
                var group = app.MapGroup("/outbound").RequireRoles(Roles.OutboundOperator);
                group.MapGet("/name", (HttpContext context) => context.User.Identity!.Name);
                app.MapGet("/any", () => "any").RequirePrincipal();
                app.MapGet("/open", () => "open");
                app.MapPost("/internal", (Body body) => body.Value).RequireInternalKey();
            },
            "--Internal:Key=" + InternalKey
        );
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Theory]
    [InlineData("outbound")]
    [InlineData("admin")]
    public async Task A_principal_with_the_role_or_the_admin_gets_in(string token)
    {
        using var response = await GetAsync("/outbound/name", "Bearer " + token);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await response.Content.ReadAsStringAsync()).ShouldBe("owner-of-" + token);
    }

    [Fact]
    public async Task A_principal_without_the_role_is_403_and_told_what_is_missing()
    {
        using var response = await GetAsync("/outbound/name", "Bearer inbound");

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var text = await response.Content.ReadAsStringAsync();
        text.ShouldContain("PERMISSION_DENIED");
        text.ShouldContain("outbound-operator or admin");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer unknown")]
    [InlineData("Bearer partner")]
    [InlineData("Bearer ")]
    [InlineData("Basic b3V0Ym91bmQ6")]
    [InlineData("outbound")]
    public async Task Without_the_token_of_a_principal_it_is_401(string? authorization)
    {
        using var response = await GetAsync("/outbound/name", authorization);

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        response.Headers.WwwAuthenticate.ToString().ShouldStartWith("Bearer realm=\"tideway\"");
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        (await response.Content.ReadAsStringAsync()).ShouldContain("UNAUTHENTICATED");
    }

    [Fact]
    public async Task Any_principal_gets_in_where_no_role_is_named()
    {
        (await GetAsync("/any", "Bearer inbound")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await GetAsync("/any", "Bearer partner")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_credential_that_cannot_be_checked_is_503()
    {
        source.Failure = new HttpRequestException("recipient-auth is away");

        using var response = await GetAsync("/outbound/name", "Bearer outbound");

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter.ShouldNotBeNull();
        (await response.Content.ReadAsStringAsync()).ShouldContain("TEMPORARILY_UNAVAILABLE");
    }

    [Fact]
    public async Task An_open_route_asks_nobody_about_a_token()
    {
        (await GetAsync("/open", "Bearer outbound")).StatusCode.ShouldBe(HttpStatusCode.OK);

        source.Asked.ShouldBe(0);
    }

    [Theory]
    [InlineData("Bearer " + InternalKey, HttpStatusCode.OK)]
    [InlineData("Bearer 0123456789abcdef0123456789abcdeX", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer 0123", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer admin", HttpStatusCode.Unauthorized)]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    public async Task An_internal_endpoint_is_for_those_with_the_key(string? authorization, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/internal")
        {
            Content = new StringContent("""{"value": "x"}""", null, "application/json"),
        };
        if (authorization is not null)
            request.Headers.Authorization = AuthenticationHeaderValue.Parse(authorization);
        using var response = await process.Client.SendAsync(request);

        response.StatusCode.ShouldBe(expected);
    }

    [Fact]
    public void A_role_that_does_not_exist_is_a_mistake_of_ours()
    {
        var app = WebApplication.CreateSlimBuilder().Build();

        Should.Throw<ArgumentException>(() => app.MapGroup("/").RequireRoles("outbound")).Message.ShouldContain("'outbound' is not a role");
        Should.Throw<ArgumentException>(() => app.MapGroup("/").RequireRoles());
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return await process.Client.SendAsync(request);
    }

    private sealed record Body(string Value);
}
