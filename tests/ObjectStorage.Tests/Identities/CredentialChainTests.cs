using Tideway.ObjectStorage.Http;
using Tideway.ObjectStorage.S3;
using Tideway.ObjectStorage.Tests.S3;
using Tideway.Testing;

namespace Tideway.ObjectStorage.Tests.Identities;

/// <summary>Which source of credentials counts, and what is said where none has any.</summary>
public sealed class CredentialChainTests : IAsyncLifetime
{
    private readonly ManualTime time = new(new DateTimeOffset(2026, 3, 9, 12, 0, 0, TimeSpan.Zero));
    private readonly Dictionary<string, string> environment = new(StringComparer.Ordinal);
    private readonly TemporaryFolder folder = new();
    private readonly FakeInstance instance;
    private readonly FakeAgent agent;
    private readonly StoreHttp http;

    public CredentialChainTests()
    {
        (instance, agent) = (new FakeInstance(time), new FakeAgent(time));
        http = new StoreHttp(time, S3Fixture.Quick);
    }

    public async ValueTask InitializeAsync()
    {
        await instance.StartAsync();
        await agent.StartAsync();
        environment["HOME"] = folder.Path;
        environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = instance.Address.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        folder.Dispose();
        await instance.DisposeAsync();
        await agent.DisposeAsync();
    }

    [Fact]
    public async Task The_sources_follow_each_other_as_in_the_vendors_own_libraries()
    {
        (await FoundAsync()).ShouldBe(("ASIA1", "the instance's role 'lake-reader'"));

        environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = $"{agent.Address}v1/credentials";
        (await FoundAsync()).ShouldBe(("ASIAC1", $"the container's credentials from '{agent.Address}v1/credentials'"));

        var path = Path.Combine(folder.Path, ".aws", "credentials");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "[default]\naws_access_key_id=file\naws_secret_access_key=s\n");
        (await FoundAsync()).ShouldBe(("file", $"the profile 'default' of the credentials file '{path}'"));

        environment["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/r";
        environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = folder["none"];
        (await Should.ThrowAsync<ObjectStorageException>(FoundAsync)).Message.ShouldContain("(AWS_WEB_IDENTITY_TOKEN_FILE) cannot be read");

        environment["AWS_ACCESS_KEY_ID"] = "environment";
        environment["AWS_SECRET_ACCESS_KEY"] = "s";
        (await FoundAsync()).ShouldBe(("environment", "the access key of the environment"));

        (await FoundAsync(new StorageAccessOptions { AccessKeyId = "own", SecretAccessKey = "s" })).ShouldBe(("own", "the access key of the settings"));
    }

    [Fact]
    public async Task Whoever_names_a_profile_or_a_file_gets_no_other_identity()
    {
        environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = $"{agent.Address}v1/credentials";

        await Should.ThrowAsync<ObjectStorageException>(() => FoundAsync(new StorageAccessOptions { Profile = "sales" }));

        agent.Asked.ShouldBeEmpty();
        instance.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_without_the_profile_is_passed_over()
    {
        environment["AWS_SHARED_CREDENTIALS_FILE"] = folder["credentials"];
        File.WriteAllText(folder["credentials"], "[other]\naws_access_key_id=file\naws_secret_access_key=s\n");

        (await FoundAsync()).Id.ShouldBe("ASIA1");
    }

    [Fact]
    public async Task What_once_gave_credentials_goes_on_giving_them()
    {
        using var source = Source();
        await source.GetAsync(default);
        var path = Path.Combine(folder.Path, ".aws", "credentials");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "[default]\naws_access_key_id=file\naws_secret_access_key=s\n");

        (await source.GetAsync(default)).AccessKeyId.ShouldBe("ASIA1");
        using var other = Source();
        (await other.GetAsync(default)).AccessKeyId.ShouldBe("file");
        File.Delete(path);
        time.Now += TimeSpan.FromMinutes(1);
        (await Should.ThrowAsync<ObjectStorageException>(() => other.GetAsync(default).AsTask())).Message.ShouldContain("cannot be read");
    }

    [Fact]
    public async Task Where_nobody_has_credentials_it_is_said_who_was_asked_and_what_came()
    {
        instance.Role = null;
        environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/x";

        var refusal = await Should.ThrowAsync<ObjectStorageException>(FoundAsync);

        refusal.Error.ShouldBe(ObjectStorageError.AccessDenied);
        refusal.Message.ShouldBe(
            "There are no credentials: AccessKeyId is not set; AWS_ACCESS_KEY_ID is not set; AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN; "
                + "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set; "
                + $"the profile 'default' of the credentials file '{Path.Combine(folder.Path, ".aws", "credentials")}' holds none. "
                + $"Could not get the credentials of the instance from '{instance.Address}latest/meta-data/iam/security-credentials/': the instance has no role."
        );
    }

    [Fact]
    public async Task The_instance_is_not_asked_where_the_environment_says_so()
    {
        environment["AWS_EC2_METADATA_DISABLED"] = "TRUE";

        var refusal = await Should.ThrowAsync<ObjectStorageException>(FoundAsync);

        refusal.Message.ShouldContain("AWS_EC2_METADATA_DISABLED is true. The credentials file");
        instance.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_there_is_told_as_such()
    {
        await instance.DisposeAsync();

        var refusal = await Should.ThrowAsync<ObjectStorageException>(FoundAsync);

        refusal.Error.ShouldBe(ObjectStorageError.Unavailable);
        refusal.Message.ShouldContain("/latest/api/token': ");
    }

    [Fact]
    public async Task A_thousand_requests_at_once_ask_the_instance_once_and_again_before_the_end()
    {
        using var source = Source();

        var found = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Task.Run(async () => await source.GetAsync(default))));
        found.Select(credentials => credentials.AccessKeyId).Distinct().ShouldBe(["ASIA1"]);
        time.Now += TimeSpan.FromHours(3.5);
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Task.Run(async () => await source.GetAsync(default))));
        await Eventually.Async(async () => (await source.GetAsync(default)).AccessKeyId == "ASIA2");

        instance.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Credentials_outlive_an_outage_of_the_instance_and_the_fault_is_known()
    {
        using var source = Source();
        await source.GetAsync(default);
        source.RenewalFault.ShouldBeNull();
        instance.AnswerFirst(int.MaxValue, 503, "busy");
        time.Now += TimeSpan.FromHours(5);

        (await source.GetFreshAsync(default)).AccessKeyId.ShouldBe("ASIA1");
        await Eventually.Async(() => source.RenewalFault is not null);
        source.RenewalFault!.ShouldContain("503");
        source.Current().AccessKeyId.ShouldBe("ASIA1");

        instance.Instead = null;
        time.Now += TimeSpan.FromMinutes(2);
        (await source.GetFreshAsync(default)).AccessKeyId.ShouldBe("ASIA2");
        source.RenewalFault.ShouldBeNull();
    }

    private async Task<(string Id, string Name)> FoundAsync() => await FoundAsync(new StorageAccessOptions());

    private async Task<(string Id, string Name)> FoundAsync(StorageAccessOptions options)
    {
        using var source = Source(options);
        var found = await source.GetAsync(default);
        source.Current().AccessKeyId.ShouldBe(found.AccessKeyId);
        return (found.AccessKeyId, source.Name);
    }

    private AwsCredentialSource Source(StorageAccessOptions? options = null) =>
        new(
            options ?? new StorageAccessOptions(),
            time,
            environment.GetValueOrDefault,
            (new Uri("http://127.0.0.1:9"), http),
            () => LoopbackService.Client(time)
        );
}
