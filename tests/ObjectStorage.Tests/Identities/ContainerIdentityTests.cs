using Tideway.ObjectStorage.Http;
using Tideway.ObjectStorage.S3;

namespace Tideway.ObjectStorage.Tests.Identities;

public sealed class ContainerIdentityTests : IAsyncLifetime
{
    private readonly ManualTime time = new(new DateTimeOffset(2026, 3, 9, 12, 0, 0, TimeSpan.Zero));
    private readonly Dictionary<string, string> environment = new(StringComparer.Ordinal);
    private readonly TemporaryFolder folder = new();
    private readonly FakeAgent agent;
    private readonly StoreHttp client;

    public ContainerIdentityTests()
    {
        agent = new FakeAgent(time);
        client = LoopbackService.Client(time);
    }

    public async ValueTask InitializeAsync()
    {
        await agent.StartAsync();
        environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = $"{agent.Address}v1/credentials";
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        folder.Dispose();
        return agent.DisposeAsync();
    }

    [Fact]
    public async Task Credentials_come_from_the_agent_for_the_token_of_the_environment()
    {
        agent.Authorization = "Basic token-of-pod";
        environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "Basic token-of-pod";
        var identity = ContainerIdentity.Find(environment.GetValueOrDefault, client)!;

        var found = await identity.FetchAsync();

        (found.AccessKeyId, found.SecretAccessKey, found.SessionToken).ShouldBe(("ASIAC1", "secret-of-container", "token-of-container"));
        found.ExpiresAt.ShouldBe(time.Now.AddHours(6));
        identity.Name.ShouldBe($"the container's credentials from '{agent.Address}v1/credentials'");
    }

    [Fact]
    public async Task A_token_in_a_file_is_read_each_time_and_comes_before_the_other()
    {
        environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "other";
        environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = folder["token"];
        File.WriteAllText(folder["token"], "first\n");
        var identity = ContainerIdentity.Find(environment.GetValueOrDefault, client)!;
        agent.Authorization = "first";
        (await identity.FetchAsync()).AccessKeyId.ShouldBe("ASIAC1");
        agent.Authorization = "second-token";

        var refusal = await Should.ThrowAsync<ObjectStorageException>(identity.FetchAsync);
        File.WriteAllText(folder["token"], "second-token");
        (await identity.FetchAsync()).AccessKeyId.ShouldBe("ASIAC2");

        refusal.Error.ShouldBe(ObjectStorageError.AccessDenied);
        refusal.Message.ShouldContain("the container's agent answered 401 Unauthorized: [request-1]: (ExpiredTokenException): Token has expired");
    }

    [Fact]
    public async Task A_refusal_in_json_is_told()
    {
        environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = $"{agent.Address}v2/nothing?id=of-the-task";

        var refusal = await Should.ThrowAsync<ObjectStorageException>(ContainerIdentity.Find(environment.GetValueOrDefault, client)!.FetchAsync);

        refusal.Message.ShouldContain("answered 404 NotFound: InvalidIdInRequest: CredentialsRequest: invalid credentials ID");
        refusal.Message.ShouldNotContain("of-the-task");
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\r\nx-other: b")]
    public async Task A_token_that_would_be_another_header_is_not_sent(string token)
    {
        environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = token;

        var refusal = await Should.ThrowAsync<ObjectStorageException>(ContainerIdentity.Find(environment.GetValueOrDefault, client)!.FetchAsync);

        refusal.Message.ShouldContain("AWS_CONTAINER_AUTHORIZATION_TOKEN holds what cannot be sent");
        agent.Asked.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null, "cannot be read")]
    [InlineData(" \n", "holds no token")]
    [InlineData("a b", "holds no token")]
    public async Task A_file_without_a_token_is_told(string? text, string fault)
    {
        environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = folder["token"];
        if (text is not null)
            File.WriteAllText(folder["token"], text);

        var refusal = await Should.ThrowAsync<ObjectStorageException>(ContainerIdentity.Find(environment.GetValueOrDefault, client)!.FetchAsync);

        refusal.Message.ShouldContain($"(AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE) {fault}");
        agent.Asked.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("http://127.0.0.1/x")]
    [InlineData("http://127.8.9.10:8080/x")]
    [InlineData("http://localhost/x")]
    [InlineData("http://[::1]/x")]
    [InlineData("http://169.254.170.2/x")]
    [InlineData("http://169.254.170.23/v1/credentials")]
    [InlineData("http://[fd00:ec2::23]/v1/credentials")]
    [InlineData("https://credentials.example.com/x")]
    public void An_address_that_is_near_or_secure_is_asked(string address) => AddressOf(address)!.AbsoluteUri.ShouldBe(address);

    [Theory]
    [InlineData("http://169.254.169.254/latest/user-data")]
    [InlineData("http://169.254.170.3/x")]
    [InlineData("http://10.0.0.1/x")]
    [InlineData("http://credentials.example.com/x")]
    [InlineData("http://localhost.example.com/x")]
    [InlineData("http://127.0.0.1.example.com/x")]
    [InlineData("http://127.0.0.1@example.com/x")]
    [InlineData("https://user@credentials.example.com/x")]
    [InlineData("http://[::ffff:10.0.0.1]/x")]
    [InlineData("ftp://127.0.0.1/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/v1/credentials")]
    public void An_address_elsewhere_over_http_is_refused(string address)
    {
        var refusal = Should.Throw<ObjectStorageException>(() => AddressOf(address));

        refusal.Error.ShouldBe(ObjectStorageError.InvalidKey);
        refusal.Message.ShouldContain("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    }

    [Theory]
    [InlineData("/v2/credentials/5e-7", "http://169.254.170.2/v2/credentials/5e-7")]
    [InlineData("/get?id=a", "http://169.254.170.2/get?id=a")]
    [InlineData("//example.com/x", "http://169.254.170.2//example.com/x")]
    [InlineData("/@example.com/x", "http://169.254.170.2/@example.com/x")]
    public void A_relative_address_stays_with_the_agent_of_ecs(string relative, string address)
    {
        environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = relative;

        ContainerIdentity.AddressOf(environment.GetValueOrDefault)!.AbsoluteUri.ShouldBe(address);
    }

    [Theory]
    [InlineData("@example.com/x")]
    [InlineData(".example.com/x")]
    [InlineData(":8080/x")]
    [InlineData("http://example.com/x")]
    public void A_relative_address_that_leads_elsewhere_is_refused(string relative)
    {
        environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = relative;

        Should
            .Throw<ObjectStorageException>(() => ContainerIdentity.AddressOf(environment.GetValueOrDefault))
            .Message.ShouldContain("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    }

    private Uri? AddressOf(string full)
    {
        environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = full;
        return ContainerIdentity.AddressOf(environment.GetValueOrDefault);
    }
}
