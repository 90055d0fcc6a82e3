using Tideway.ObjectStorage.S3;

namespace Tideway.ObjectStorage.Tests.S3;

public sealed class AwsCredentialSourceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ManualTime time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly Dictionary<string, string> environment = new(StringComparer.Ordinal);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_roots_own_options_win()
    {
        environment["AWS_ACCESS_KEY_ID"] = "environment";
        environment["AWS_SECRET_ACCESS_KEY"] = "s";

        var found = Current(
            new StorageAccessOptions
            {
                AccessKeyId = "own",
                SecretAccessKey = "secret",
                SessionToken = "token",
            }
        );

        found.AccessKeyId.ShouldBe("own");
        found.SessionToken.ShouldBe("token");
    }

    [Fact]
    public void The_environment_comes_before_the_file_unless_a_profile_is_named()
    {
        environment["AWS_ACCESS_KEY_ID"] = "environment";
        environment["AWS_SECRET_ACCESS_KEY"] = "s";
        environment["AWS_SESSION_TOKEN"] = "t";
        environment["AWS_SHARED_CREDENTIALS_FILE"] = Write(
            "[default]\naws_access_key_id=d\naws_secret_access_key=s\n[other]\naws_access_key_id=o\naws_secret_access_key=s\n"
        );

        Current(new StorageAccessOptions()).AccessKeyId.ShouldBe("environment");
        Current(new StorageAccessOptions()).SessionToken.ShouldBe("t");
        Current(new StorageAccessOptions { Profile = "other" }).AccessKeyId.ShouldBe("o");
    }

    [Fact]
    public void A_file_is_read_by_profile_with_comments_and_blanks()
    {
        var file = Write(
            "# comment = x\n; another\n[default]\naws_access_key_id = d\naws_secret_access_key = s\n\n [ sales ] \n aws_access_key_id = AK \naws_secret_access_key=a/b+c==\nregion = x\naws_session_token = t=\n[later]\naws_access_key_id=l\n"
        );

        var found = Current(new StorageAccessOptions { CredentialsFile = file, Profile = "sales" });

        found.AccessKeyId.ShouldBe("AK");
        found.SecretAccessKey.ShouldBe("a/b+c==");
        found.SessionToken.ShouldBe("t=");
    }

    [Theory]
    [InlineData("aws_credential_expiration", "2026-01-01T02:00:00Z")]
    [InlineData("aws_session_expiration", "2026-01-01T03:00:00+01:00")]
    [InlineData("aws_expiration", "2026-01-01T02:00:00+00:00")]
    [InlineData("expiration", "2026-01-01 02:00:00")]
    [InlineData("x_security_token_expires", "2026-01-01T02:00:00.000Z")]
    public void When_temporary_credentials_end_is_read_where_tools_write_it(string name, string value)
    {
        var end = new DateTimeOffset(2026, 1, 1, 2, 0, 0, TimeSpan.Zero);
        var file = Write($"[default]\naws_access_key_id=d\naws_secret_access_key=s\naws_session_token=t\n{name} = {value}\n");
        Current(new StorageAccessOptions { CredentialsFile = file }).ExpiresAt.ShouldBe(end);

        environment["AWS_ACCESS_KEY_ID"] = "environment";
        environment["AWS_SECRET_ACCESS_KEY"] = "s";
        Current(new StorageAccessOptions()).ExpiresAt.ShouldBeNull();
        environment["AWS_CREDENTIAL_EXPIRATION"] = value;
        Current(new StorageAccessOptions()).ExpiresAt.ShouldBe(end);
        environment["AWS_CREDENTIAL_EXPIRATION"] = "never";
        Current(new StorageAccessOptions()).ExpiresAt.ShouldBeNull();
    }

    [Fact]
    public void A_file_that_changed_is_read_again()
    {
        var file = Write("[default]\naws_access_key_id=first\naws_secret_access_key=s\n");
        var source = new AwsCredentialSource(new StorageAccessOptions { CredentialsFile = file }, time, _ => null);
        var first = source.Current();
        source.Current().ShouldBeSameAs(first);

        Write("[default]\naws_access_key_id=second\naws_secret_access_key=s\n");
        File.SetLastWriteTimeUtc(file, time.Now.UtcDateTime.AddYears(1));
        time.Now += TimeSpan.FromSeconds(10);

        source.Current().AccessKeyId.ShouldBe("second");
    }

    [Theory]
    [InlineData(null, "cannot be read")]
    [InlineData("[other]\naws_access_key_id=x\naws_secret_access_key=secret-text\n", "in the profile 'default'")]
    [InlineData("[default]\naws_secret_access_key=secret-text\n", "Expected aws_access_key_id and aws_secret_access_key")]
    public void What_is_missing_is_said_and_no_secret(string? text, string fault)
    {
        var file = text is null ? folder["nothing"] : Write(text);

        var refusal = Should.Throw<ObjectStorageException>(() => Current(new StorageAccessOptions { CredentialsFile = file }));

        refusal.Error.ShouldBe(ObjectStorageError.AccessDenied);
        refusal.Message.ShouldContain(fault);
        refusal.ToString().ShouldNotContain("secret-text");
    }

    private AwsCredentials Current(StorageAccessOptions options) =>
        new AwsCredentialSource(options, time, name => environment.GetValueOrDefault(name)).Current();

    private string Write(string text)
    {
        File.WriteAllText(folder["credentials"], text);
        return folder["credentials"];
    }
}
