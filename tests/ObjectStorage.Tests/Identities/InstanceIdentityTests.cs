using Tideway.ObjectStorage.Http;
using Tideway.ObjectStorage.S3;
using Tideway.ObjectStorage.Tests.S3;

namespace Tideway.ObjectStorage.Tests.Identities;

public sealed class InstanceIdentityTests : IAsyncLifetime
{
    private readonly ManualTime time = new(new DateTimeOffset(2026, 3, 9, 12, 0, 0, TimeSpan.Zero));
    private readonly FakeInstance instance;
    private readonly StoreHttp client;

    public InstanceIdentityTests()
    {
        instance = new FakeInstance(time);
        client = LoopbackService.Client(time);
    }

    public async ValueTask InitializeAsync() => await instance.StartAsync();

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return instance.DisposeAsync();
    }

    [Fact]
    public async Task Credentials_come_by_a_token_and_the_name_of_the_role()
    {
        var identity = new InstanceIdentity(instance.Address, client);

        var found = await identity.FetchAsync();

        (found.AccessKeyId, found.SecretAccessKey, found.SessionToken).ShouldBe(("ASIA1", "secret-of-instance", "token-of-instance"));
        found.ExpiresAt.ShouldBe(time.Now.AddHours(6));
        identity.Name.ShouldBe("the instance's role 'lake-reader'");
        instance.Asked.ShouldBe([
            "PUT /latest/api/token",
            "GET /latest/meta-data/iam/security-credentials/",
            "GET /latest/meta-data/iam/security-credentials/lake-reader",
        ]);
    }

    [Fact]
    public async Task A_token_that_ended_meanwhile_is_no_reason_to_fail_the_next_time()
    {
        var identity = new InstanceIdentity(instance.Address, client);
        await identity.FetchAsync();
        time.Now += TimeSpan.FromHours(7);

        (await identity.FetchAsync()).AccessKeyId.ShouldBe("ASIA2");
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    public async Task A_failure_in_passing_is_repeated(int status)
    {
        instance.AnswerFirst(2, status, "busy");

        (await new InstanceIdentity(instance.Address, client).FetchAsync()).AccessKeyId.ShouldBe("ASIA1");
    }

    [Fact]
    public async Task A_failure_that_stays_is_told_after_a_few_attempts()
    {
        instance.AnswerFirst(int.MaxValue, 503, "busy");

        var refusal = await RefusalAsync();

        refusal.Error.ShouldBe(ObjectStorageError.Unavailable);
        refusal.Message.ShouldContain("/latest/api/token': the instance's metadata service answered 503");
        instance.Asked.Count.ShouldBe(S3Fixture.Quick.MaxAttempts);
    }

    [Fact]
    public async Task An_instance_without_a_role_is_told_so()
    {
        instance.Role = null;

        var refusal = await RefusalAsync();

        refusal.Error.ShouldBe(ObjectStorageError.AccessDenied);
        refusal.Message.ShouldContain("the instance has no role");
    }

    [Theory]
    [InlineData("<html>sign in to the network</html>")]
    [InlineData("")]
    public async Task What_is_no_token_is_sent_to_nobody(string page)
    {
        instance.AnswerFirst(int.MaxValue, 200, page);

        var refusal = await RefusalAsync();

        refusal.Error.ShouldBe(ObjectStorageError.Unavailable);
        refusal.Message.ShouldContain($"is not what it should be ({page.Length} bytes)");
        instance.Asked.ShouldBe(["PUT /latest/api/token"]);
    }

    [Theory]
    [InlineData("not json", "is not what it should be")]
    [InlineData("[]", "is not what it should be")]
    [InlineData("""{"Code":"Success","SecretAccessKey":"secret-of-instance"}""", "is not what it should be")]
    [InlineData("""{"AccessKeyId":"a","SecretAccessKey":"secret-of-instance","Expiration":"soon"}""", "is not what it should be")]
    [InlineData("""{"AccessKeyId":7,"SecretAccessKey":"secret-of-instance"}""", "is not what it should be")]
    [InlineData("""{"Code":"AssumeRoleUnauthorizedAccess","Message":"no"}""", "answered the code 'AssumeRoleUnauthorizedAccess'")]
    public async Task An_answer_that_holds_no_credentials_is_refused_and_not_shown(string answer, string fault)
    {
        instance.Instead = async context =>
        {
            if (!context.Request.Path.Value!.EndsWith("lake-reader", StringComparison.Ordinal))
                return false;
            await context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(answer));
            return true;
        };

        var refusal = await RefusalAsync();

        refusal.Message.ShouldContain(fault);
        refusal.ToString().ShouldNotContain("secret-of-instance");
    }

    [Fact]
    public async Task A_service_that_does_not_answer_is_given_up()
    {
        instance.Instead = async context =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };
        using var impatient = MetadataHttp.New(time, S3Fixture.Quick, TimeSpan.FromMilliseconds(50));

        var refusal = await Should.ThrowAsync<ObjectStorageException>(() => new InstanceIdentity(instance.Address, impatient).FetchAsync());

        refusal.Message.ShouldContain("the instance's metadata service did not answer in time");
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = new FakeInstance(time);
        await elsewhere.StartAsync();
        instance.Instead = context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = elsewhere.Address + "latest/api/token";
            return Task.FromResult(true);
        };

        (await RefusalAsync()).Message.ShouldContain("307");
        elsewhere.Asked.ShouldBeEmpty();
    }

    [Fact]
    public void The_address_is_that_of_the_environment_or_of_its_version_of_ip()
    {
        EndpointOf(_ => null).ShouldBe(new Uri("http://169.254.169.254"));
        EndpointOf(name => name == "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE" ? "IPv6" : null).ShouldBe(new Uri("http://[fd00:ec2::254]"));
        EndpointOf(name => name == "AWS_EC2_METADATA_SERVICE_ENDPOINT" ? "http://127.0.0.1:1338/" : null).ShouldBe(new Uri("http://127.0.0.1:1338/"));
        Should
            .Throw<ObjectStorageException>(() => EndpointOf(name => name == "AWS_EC2_METADATA_SERVICE_ENDPOINT" ? "file:///etc" : null))
            .Message.ShouldContain("AWS_EC2_METADATA_SERVICE_ENDPOINT");
        // Paths are added to it.
        Should
            .Throw<ObjectStorageException>(() => EndpointOf(name => name == "AWS_EC2_METADATA_SERVICE_ENDPOINT" ? "http://127.0.0.1:1338/?x" : null))
            .Message.ShouldContain("AWS_EC2_METADATA_SERVICE_ENDPOINT");

        static Uri EndpointOf(Func<string, string?> environment) => InstanceIdentity.EndpointOf(environment);
    }

    private Task<ObjectStorageException> RefusalAsync() =>
        Should.ThrowAsync<ObjectStorageException>(() => new InstanceIdentity(instance.Address, client).FetchAsync());
}
