using Tideway.Contracts.InboundSync;
using Tideway.Hosting.Identity;
using Tideway.InboundSync.Tests.Support;

namespace Tideway.InboundSync.Tests.Providers;

public sealed class ProviderTests : IAsyncLifetime
{
    private const string Token = "s3cr3t-token-of-acme";

    private readonly TempFolder folder = new();
    private InboundHost host = null!;

    public async ValueTask InitializeAsync() => host = await InboundHost.StartAsync(folder);

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_provider_is_created_read_listed_changed_and_deleted()
    {
        var created = await CreateAsync("Acme", comment: "orders");
        created["id"]!.GetValue<string>().ShouldNotBeEmpty();
        created["authentication_type"]!.GetValue<string>().ShouldBe("TOKEN");
        created["recipient_profile"]!["endpoint"]!.GetValue<string>().ShouldBe("https://acme.example/delta-sharing");
        created["recipient_profile"]!["share_credentials_version"]!.GetValue<int>().ShouldBe(1);
        created["expiration_time"]!.GetValue<long>().ShouldBe(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero).ToUnixTimeMilliseconds());
        created["owner"]!.GetValue<string>().ShouldBe("inbound-operator-principal");

        (await host.GetAsync(InboundHost.Providers + "/acme")).ToJsonString().ShouldBe(created.ToJsonString());
        (await host.GetAsync(InboundHost.Providers))["providers"]!.AsArray().Single()!["name"]!.GetValue<string>().ShouldBe("Acme");

        var changed = await host.ExpectAsync(HttpMethod.Patch, InboundHost.Providers + "/ACME", new { new_name = "acme-eu", comment = "changed" });
        changed["name"]!.GetValue<string>().ShouldBe("acme-eu");
        changed["comment"]!.GetValue<string>().ShouldBe("changed");
        changed["owner"]!.GetValue<string>().ShouldBe("inbound-operator-principal");

        (await host.SendAsync(HttpMethod.Delete, InboundHost.Providers + "/acme-eu", null)).Status.ShouldBe(204);
        (await host.SendAsync(HttpMethod.Get, InboundHost.Providers + "/acme-eu", null)).Status.ShouldBe(404);
        (await host.Events.WaitForAsync<ProviderCreated>()).Single().Endpoint.ShouldBe("https://acme.example/delta-sharing");
        (await host.Events.WaitForAsync<ProviderUpdated>()).Single().ProviderName.ShouldBe("acme-eu");
        (await host.Events.WaitForAsync<ProviderDeleted>()).Single().Actor.ShouldBe("inbound-operator-principal");
    }

    [Fact]
    public async Task The_token_is_shown_and_logged_nowhere_and_encrypted_at_rest()
    {
        var answer = await CreateAsync("acme");
        var changed = await host.ExpectAsync(HttpMethod.Patch, InboundHost.Providers + "/acme", new { recipient_profile_str = Profile(token: Token + "2") });
        var listed = await host.GetAsync(InboundHost.Providers);

        foreach (var json in new[] { answer, changed, listed })
            json.ToJsonString().ShouldNotContain(Token);
        var raw = await host.Database.QueryFirstOrDefaultAsync<string>("SELECT profile FROM provider", null, TestContext.Current.CancellationToken);
        raw!.ShouldStartWith("tw1.");
        raw.ShouldNotContain(Token);
        foreach (var file in Directory.EnumerateFiles(folder.Sub("databases")))
            System.Text.Encoding.Latin1.GetString(await ReadSharedAsync(file)).ShouldNotContain(Token);
        host.Logs.Lines.ShouldNotBeEmpty();
        host.Logs.Lines.Where(line => line.Contains(Token, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("", "got nothing")]
    [InlineData("not json", "JSON")]
    [InlineData("<!DOCTYPE html><html><body>Sign in</body></html>", "JSON")]
    [InlineData("[]", "JSON object")]
    [InlineData("""{"shareCredentialsVersion":2,"type":"oauth_client_credentials","endpoint":"https://a.example","clientId":"x"}""", "tokenEndpoint")]
    [InlineData("""{"shareCredentialsVersion":3,"endpoint":"https://a.example/ds","bearerToken":"t"}""", "version 3")]
    [InlineData(
        """{"shareCredentialsVersion":2,"type":"oauth_jwt_bearer_private_key_jwt","endpoint":"https://a.example/ds","auth":{"tokenEndpoint":"https://i.example/t","issuer":"i","clientId":"c","audience":"a","privateKey":{"privateKeyFile":"/etc/passwd","keyId":"k","algorithm":"RS256"}}}""",
        "InboundSync:PrivateKeyFolder"
    )]
    [InlineData("""{"endpoint":"https://a.example/ds","bearerToken":"t"}""", "shareCredentialsVersion")]
    [InlineData("""{"shareCredentialsVersion":1,"endpoint":"https://a.example/ds"}""", "bearerToken")]
    [InlineData("""{"shareCredentialsVersion":1,"endpoint":"ftp://a.example/ds","bearerToken":"t"}""", "endpoint")]
    [InlineData("""{"shareCredentialsVersion":1,"endpoint":"https://u:p@a.example/ds","bearerToken":"t"}""", "endpoint")]
    public async Task A_profile_file_that_is_none_is_refused(string profile, string expected)
    {
        var (status, json) = await host.SendAsync(HttpMethod.Post, InboundHost.Providers, new { name = "acme", recipient_profile_str = profile });

        status.ShouldBe(400);
        json!["error_code"]!.GetValue<string>().ShouldBe("INVALID_PARAMETER_VALUE");
        json["message"]!.GetValue<string>().ShouldStartWith("recipient_profile_str: ");
        json["message"]!.GetValue<string>().ShouldContain(expected);
    }

    [Fact]
    public async Task A_provider_with_a_client_secret_says_so_and_a_new_profile_of_another_kind_changes_it()
    {
        const string OAuth = """
            {"shareCredentialsVersion":2,"type":"oauth_client_credentials","endpoint":"https://a.example/ds","tokenEndpoint":"https://a.example/t","clientId":"c","clientSecret":"s3cr3t"}
            """;
        var made = await host.ExpectAsync(HttpMethod.Post, InboundHost.Providers, new { name = "acme", recipient_profile_str = OAuth });
        made["authentication_type"]!.GetValue<string>().ShouldBe("OAUTH_CLIENT_CREDENTIALS");
        made["recipient_profile"]!["share_credentials_version"]!.GetValue<int>().ShouldBe(2);
        made.ToJsonString().ShouldNotContain("s3cr3t");

        var changed = await host.ExpectAsync(HttpMethod.Patch, InboundHost.Providers + "/acme", new { recipient_profile_str = Profile() });

        changed["authentication_type"]!.GetValue<string>().ShouldBe("TOKEN");
        var (status, json) = await host.SendAsync(
            HttpMethod.Post,
            InboundHost.Providers,
            new
            {
                name = "other",
                authentication_type = "TOKEN",
                recipient_profile_str = OAuth,
            }
        );
        status.ShouldBe(400);
        json!["message"]!.GetValue<string>().ShouldStartWith("authentication_type: ");
    }

    [Fact]
    public async Task A_bad_profile_does_not_take_the_place_of_a_good_one()
    {
        await CreateAsync("acme");
        var before = await RawProfileAsync();

        (await host.SendAsync(HttpMethod.Patch, InboundHost.Providers + "/acme", new { recipient_profile_str = "{}" })).Status.ShouldBe(400);

        (await RawProfileAsync()).ShouldBe(before);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("a.b")]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_name_must_follow_the_rules(string? name)
    {
        var (status, json) = await host.SendAsync(HttpMethod.Post, InboundHost.Providers, new { name, recipient_profile_str = Profile() });

        status.ShouldBe(400);
        json!["message"]!.GetValue<string>().ShouldStartWith("name: ");
    }

    [Fact]
    public async Task Another_kind_of_authentication_is_refused()
    {
        var (status, json) = await host.SendAsync(
            HttpMethod.Post,
            InboundHost.Providers,
            new
            {
                name = "acme",
                authentication_type = "OIDC",
                recipient_profile_str = Profile(),
            }
        );

        status.ShouldBe(400);
        json!["message"]!.GetValue<string>().ShouldBe("authentication_type: expected TOKEN or OAUTH_CLIENT_CREDENTIALS, got 'OIDC'.");
    }

    [Fact]
    public async Task A_name_is_taken_once_whatever_its_casing()
    {
        await CreateAsync("acme");
        await CreateAsync("globex");

        var (status, json) = await host.SendAsync(HttpMethod.Post, InboundHost.Providers, new { name = "ACME", recipient_profile_str = Profile() });
        status.ShouldBe(409);
        json!["error_code"]!.GetValue<string>().ShouldBe("PROVIDER_ALREADY_EXISTS");

        (await host.SendAsync(HttpMethod.Patch, InboundHost.Providers + "/globex", new { new_name = "Acme" })).Status.ShouldBe(409);
        (await host.ExpectAsync(HttpMethod.Patch, InboundHost.Providers + "/globex", new { new_name = "GLOBEX" }))["name"]!
            .GetValue<string>()
            .ShouldBe("GLOBEX");
    }

    [Fact]
    public async Task Providers_are_listed_page_by_page()
    {
        foreach (var name in new[] { "c", "A", "b", "d" })
            await CreateAsync(name);

        var first = await host.GetAsync(InboundHost.Providers + "?max_results=3");
        var second = await host.GetAsync($"{InboundHost.Providers}?max_results=3&page_token={first["next_page_token"]}");

        first["providers"]!
            .AsArray()
            .Concat(second["providers"]!.AsArray())
            .Select(provider => provider!["name"]!.GetValue<string>())
            .ShouldBe(["A", "b", "c", "d"]);
        second["next_page_token"].ShouldBeNull();
        (await host.SendAsync(HttpMethod.Get, InboundHost.Providers + "?max_results=-1", null)).Status.ShouldBe(400);
        (await host.SendAsync(HttpMethod.Get, InboundHost.Providers + "?page_token=%3F", null)).Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_provider_with_syncs_is_not_deleted()
    {
        await CreateAsync("acme");
        await host.ExpectAsync(
            HttpMethod.Post,
            InboundHost.Syncs + "?validate=false",
            new
            {
                name = "orders",
                provider = "acme",
                share = "s",
                schema = "p",
                table = "t",
                mode = "mirror",
                target = host.Target("orders"),
            }
        );

        var (status, json) = await host.SendAsync(HttpMethod.Delete, InboundHost.Providers + "/acme", null);

        status.ShouldBe(409);
        json!["error_code"]!.GetValue<string>().ShouldBe("INVALID_STATE");
        (await host.SendAsync(HttpMethod.Delete, InboundHost.Syncs + "/orders", null)).Status.ShouldBe(204);
        (await host.SendAsync(HttpMethod.Delete, InboundHost.Providers + "/acme", null)).Status.ShouldBe(204);
    }

    [Fact]
    public async Task Unknown_providers_are_404()
    {
        foreach (var (method, path) in new[] { (HttpMethod.Get, "/x"), (HttpMethod.Patch, "/x"), (HttpMethod.Delete, "/x"), (HttpMethod.Get, "/x/shares") })
        {
            var (status, json) = await host.SendAsync(method, InboundHost.Providers + path, method == HttpMethod.Patch ? new { } : null);
            status.ShouldBe(404);
            json!["error_code"]!.GetValue<string>().ShouldBe("PROVIDER_DOES_NOT_EXIST");
        }
    }

    [Theory]
    [InlineData(Roles.OutboundOperator, 403)]
    [InlineData(Roles.Steward, 403)]
    [InlineData(Roles.Auditor, 403)]
    [InlineData(Roles.InboundOperator, 200)]
    [InlineData(Roles.Admin, 200)]
    [InlineData("nobody", 401)]
    public async Task Only_the_inbound_operator_and_the_admin_may(string role, int expected)
    {
        using var client = host.ClientOf(role);

        foreach (var path in new[] { InboundHost.Providers, InboundHost.Syncs })
        {
            (await host.SendAsync(HttpMethod.Get, path, null, client)).Status.ShouldBe(expected);
            if (expected != 200)
                (await host.SendAsync(HttpMethod.Post, path, new { }, client)).Status.ShouldBe(expected);
        }

        if (expected != 200)
            (await host.SendAsync(HttpMethod.Post, InboundHost.Syncs + "/x/run", null, client)).Status.ShouldBe(expected);
    }

    private async Task<System.Text.Json.Nodes.JsonNode> CreateAsync(string name, string? comment = null) =>
        await host.ExpectAsync(
            HttpMethod.Post,
            InboundHost.Providers,
            new
            {
                name,
                comment,
                recipient_profile_str = Profile(),
            }
        );

    private Task<string?> RawProfileAsync() =>
        host.Database.QueryFirstOrDefaultAsync<string>("SELECT profile FROM provider", null, TestContext.Current.CancellationToken);

    private static string Profile(string token = Token) =>
        $$"""{"shareCredentialsVersion":1,"endpoint":"https://acme.example/delta-sharing/","bearerToken":"{{token}}","expirationTime":"2030-01-02T03:04:05Z"}""";

    private static async Task<byte[]> ReadSharedAsync(string path)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory, TestContext.Current.CancellationToken);
        return memory.ToArray();
    }
}
