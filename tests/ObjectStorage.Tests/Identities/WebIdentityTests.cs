using System.Globalization;
using System.Net;
using System.Web;
using Tideway.ObjectStorage.Checks;
using Tideway.ObjectStorage.Http;
using Tideway.ObjectStorage.Roots;
using Tideway.ObjectStorage.S3;
using Tideway.ObjectStorage.Temporary;
using Tideway.ObjectStorage.Tests.Http;
using Tideway.ObjectStorage.Tests.S3;
using Tideway.Testing.Servers;

namespace Tideway.ObjectStorage.Tests.Identities;

public sealed class WebIdentityTests : IDisposable
{
    private const string Role = "arn:aws:iam::123456789012:role/lake-reader";

    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<string, string> environment = new(StringComparer.Ordinal);

    public WebIdentityTests()
    {
        environment["AWS_ROLE_ARN"] = Role;
        environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = folder["token"];
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_token_of_the_file_is_sent_without_a_signature()
    {
        WriteToken("identity.of+the/pod");
        var handler = Service();
        using var http = new StoreHttp(TimeProvider.System, S3Fixture.Quick, handler);
        var identity = new WebIdentity(new Uri("https://sts.eu-central-1.amazonaws.com"), Role, folder["token"], "of-tests", lifetime: null, http);

        var found = await identity.FetchAsync();

        (found.AccessKeyId, found.SecretAccessKey, found.SessionToken).ShouldBe(("ASIAW", "web-secret", "web-token"));
        found.ExpiresAt.ShouldBe(new DateTimeOffset(2026, 3, 9, 13, 0, 0, TimeSpan.Zero));
        identity.Name.ShouldBe($"the web identity of the role '{Role}'");
        var (request, body) = handler.Asked.ShouldHaveSingleItem();
        (request.Method, request.RequestUri!.AbsoluteUri).ShouldBe((HttpMethod.Post, "https://sts.eu-central-1.amazonaws.com/"));
        request.Headers.ShouldBeEmpty();
        var form = HttpUtility.ParseQueryString(body);
        form.AllKeys.ShouldBe(["Action", "RoleArn", "RoleSessionName", "Version", "WebIdentityToken"]);
        (form["Action"], form["RoleArn"], form["RoleSessionName"]).ShouldBe(("AssumeRoleWithWebIdentity", Role, "of-tests"));
        form["WebIdentityToken"].ShouldBe("identity.of+the/pod");
    }

    [Theory]
    [InlineData("00:15:00", "900")]
    [InlineData("02:00:00.5", "7201")]
    [InlineData("12:00:00", "43200")]
    public async Task A_session_is_asked_for_as_long_as_the_settings_say(string lifetime, string seconds)
    {
        WriteToken("identity");
        var handler = Service();
        using var http = new StoreHttp(TimeProvider.System, S3Fixture.Quick, handler);
        var options = new StorageAccessOptions { WebIdentityLifetime = TimeSpan.Parse(lifetime, CultureInfo.InvariantCulture) };
        using var credentials = new AwsCredentialSource(
            options,
            TimeProvider.System,
            environment.GetValueOrDefault,
            (new Uri("https://sts.eu-central-1.amazonaws.com"), http)
        );

        await Should.ThrowAsync<ObjectStorageException>(() => credentials.GetAsync(default).AsTask());

        HttpUtility.ParseQueryString(handler.Asked.ShouldHaveSingleItem().Body)["DurationSeconds"].ShouldBe(seconds);
    }

    [Fact]
    public async Task A_root_is_read_written_and_signed_for_by_a_web_identity_alone()
    {
        WriteToken(Good);
        using var roots = await RootsAsync();
        var root = roots.FindRemote("lake")!;
        var store = roots.Open(roots.Locate("lake", "flights"));

        await store.PutAsync("a", new MemoryStream([1, 2, 3]));
        await root.PrepareSigningAsync(TimeSpan.FromHours(2), default);
        var url = root.Sign("flights", "a", TimeSpan.FromHours(2));

        using var client = new HttpClient();
        (await client.GetByteArrayAsync(new Uri(url.Url))).ShouldBe([1, 2, 3]);
        url.Url.ShouldContain("X-Amz-Security-Token=");
        // The session is good for an hour, and a URL for no longer, whatever was asked for.
        (url.ExpiresAt - TimeProvider.System.GetUtcNow()).ShouldBeInRange(TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        root.Identity.ShouldBe($"the web identity of the role '{Role}'");
    }

    [Fact]
    public async Task An_address_is_good_for_as_long_as_a_longer_session_allows_and_no_longer()
    {
        WriteToken(Good);
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        using var roots = await RootsAsync(new StorageAccessOptions { WebIdentityLifetime = TimeSpan.FromHours(4) }, time);
        var root = roots.FindRemote("lake")!;

        await root.PrepareSigningAsync(TimeSpan.FromHours(2), default);

        (root.Sign("flights", "a", TimeSpan.FromHours(2)).ExpiresAt - time.Now).ShouldBeInRange(TimeSpan.FromHours(2), TimeSpan.FromHours(2.01));
        (root.Sign("flights", "a", TimeSpan.FromHours(12)).ExpiresAt - time.Now).ShouldBeInRange(TimeSpan.FromHours(3.8), TimeSpan.FromHours(4.01));
    }

    [Fact]
    public async Task A_role_that_does_not_allow_so_long_a_session_is_told_with_what_to_change()
    {
        WriteToken(Good);
        environment["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/one-hour";
        using var roots = await RootsAsync(new StorageAccessOptions { WebIdentityLifetime = TimeSpan.FromHours(2) });

        var fault = (await new StorageSelfCheck(roots).FindFaultAsync("lake", isWritten: false))!.ToString();

        fault.ShouldContain("The requested DurationSeconds exceeds the MaxSessionDuration set for this role");
        fault.ShouldContain("raise the maximum session duration of the role, or lower WebIdentityLifetime");
    }

    [Fact]
    public async Task Recipients_get_narrowed_credentials_made_of_the_roles_own_for_an_hour_at_most()
    {
        WriteToken(Good);
        using var roots = await RootsAsync(new StorageAccessOptions { RoleArn = "arn:aws:iam::123456789012:role/recipient" });

        var issued = await roots.FindTemporaryCredentials("lake")!.IssueAsync(roots.Locate("lake", "flights"), TimeSpan.FromHours(6));

        var aws = issued.ShouldBeOfType<TemporaryCredentials.Aws>();
        (aws.ExpiresAt - TimeProvider.System.GetUtcNow()).ShouldBeLessThanOrEqualTo(TimeSpan.FromHours(1));
    }

    [Theory]
    [InlineData("identity-until-1", "400 ExpiredTokenException: Token expired")]
    [InlineData("not-a-token", "400 InvalidIdentityToken")]
    public async Task A_token_that_is_refused_is_told_and_a_new_one_taken_from_the_file(string bad, string fault)
    {
        WriteToken(bad);
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        using var roots = await RootsAsync(time: time);
        var store = roots.Open(roots.Locate("lake", ""));

        var refusal = await Should.ThrowAsync<ObjectStorageException>(() => store.FindAsync("a"));
        refusal.Error.ShouldBe(ObjectStorageError.AccessDenied);
        refusal.Message.ShouldContain($"Could not assume the role '{Role}' with the token in '{folder["token"]}'");
        refusal.Message.ShouldContain(fault);
        refusal.Message.ShouldNotContain(bad);
        WriteToken(Good);
        time.Now += TimeSpan.FromSeconds(5);

        (await store.FindAsync("a")).ShouldBeNull();
    }

    [Fact]
    public async Task A_token_file_that_is_not_there_is_told()
    {
        using var roots = await RootsAsync();

        var refusal = await Should.ThrowAsync<ObjectStorageException>(() => roots.Open(roots.Locate("lake", "")).FindAsync("a"));

        refusal.Message.ShouldContain($"The token file '{folder["token"]}' (AWS_WEB_IDENTITY_TOKEN_FILE) cannot be read");
    }

    private static string Good => $"identity-until-{TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds()}";

    private static ScriptedHandler Service() =>
        new(_ => new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StringContent(
                """
                <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><SubjectFromWebIdentityToken>system:serviceaccount:a:b</SubjectFromWebIdentityToken>
                <Credentials><SessionToken>web-token</SessionToken><SecretAccessKey>web-secret</SecretAccessKey><Expiration>2026-03-09T13:00:00Z</Expiration><AccessKeyId>ASIAW</AccessKeyId></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
                """
            ),
        });

    private void WriteToken(string token) => File.WriteAllText(folder["token"], token + "\n");

    private async Task<StorageRoots> RootsAsync(StorageAccessOptions? options = null, TimeProvider? time = null)
    {
        var server = await S3Server.StartAsync();
        options ??= new StorageAccessOptions();
        options.Endpoint = server.Endpoint;
        time ??= TimeProvider.System;
        return new StorageRoots(
            new StorageRootOptions { Roots = { ["lake"] = $"s3://{await server.CreateBucketAsync()}/lake" }, Access = { ["lake"] = options } },
            new RemoteRootFactory(time, () => new StoreHttp(time, S3Fixture.Quick), environment.GetValueOrDefault)
        );
    }
}
