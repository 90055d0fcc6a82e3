using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Secrets;
using Tideway.Hosting.Tests.Hosts;

namespace Tideway.Hosting.Tests.Secrets;

public sealed class SecretProtectorTests : IDisposable
{
    private readonly string folder = TestProcess.NewFolder();
    private readonly string oldKey = NewKey();
    private readonly string newKey = NewKey();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("token")]
    [InlineData("Gr\u00fc\u00dfe, \u4e16\u754c")]
    public void What_is_protected_is_not_readable_and_opens_again(string secret)
    {
        var protector = With(oldKey);

        var envelope = protector.Protect(secret, "provider", "1");

        envelope.ShouldStartWith("tw1.");
        if (secret.Length > 0)
            envelope.ShouldNotContain(secret);
        protector.Unprotect(envelope, "provider", "1").ShouldBe(secret);
        protector.Protect(secret, "provider", "1").ShouldNotBe(envelope);
    }

    [Theory]
    [InlineData("provider", "2")]
    [InlineData("webhook", "1")]
    [InlineData("provide", "r1")]
    public void A_secret_opens_for_its_purpose_and_record_only(string purpose, string recordId)
    {
        var envelope = With(oldKey).Protect("token", "provider", "1");

        Error(() => With(oldKey).Unprotect(envelope, purpose, recordId)).ShouldBe(SecretProtectionError.Tampered);
    }

    [Fact]
    public void A_changed_secret_does_not_open()
    {
        var envelope = With(oldKey).Protect("token", "provider", "1");
        var last = envelope[^3];

        Error(() => With(oldKey).Unprotect(envelope[..^3] + (last == 'A' ? 'B' : 'A') + envelope[^2..], "provider", "1"))
            .ShouldBe(SecretProtectionError.Tampered);
    }

    [Theory]
    [InlineData("")]
    [InlineData("token")]
    [InlineData("tw1.0123456789abcdef.AAAA")]
    [InlineData("tw2.0123456789abcdef.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("tw1.0123456789abcdef.***")]
    public void Something_else_is_called_malformed(string envelope) =>
        Error(() => With(oldKey).Unprotect(envelope, "provider", "1")).ShouldBe(SecretProtectionError.Malformed);

    [Fact]
    public void After_a_rotation_old_secrets_open_and_new_ones_use_the_first_key()
    {
        var old = With(oldKey).Protect("token", "provider", "1");
        var rotated = With(newKey, oldKey);

        rotated.Unprotect(old, "provider", "1").ShouldBe("token");
        rotated.IsCurrent(old).ShouldBeFalse();
        var renewed = rotated.Protect("token", "provider", "1");
        rotated.IsCurrent(renewed).ShouldBeTrue();
        With(newKey).Unprotect(renewed, "provider", "1").ShouldBe("token");
        Error(() => With(newKey).Unprotect(old, "provider", "1")).ShouldBe(SecretProtectionError.UnknownKey);
    }

    [Fact]
    public void A_key_file_is_made_once_and_for_this_user_alone()
    {
        var path = Path.Combine(folder, "keys", "secret.keys");

        SecretKeyFile.Ensure(path);
        var before = File.ReadAllText(path);
        SecretKeyFile.Ensure(path);

        File.ReadAllText(path).ShouldBe(before);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        // No draft is left, only the file whose lock makes one of many wait for the other.
        Directory.GetFiles(Path.GetDirectoryName(path)!).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe([".secret.keys.lock", "secret.keys"]);
        var protector = WithFile(path);
        protector.Unprotect(protector.Protect("token", "p", "1"), "p", "1").ShouldBe("token");
    }

    [Fact]
    public async Task Of_many_that_make_the_key_file_at_once_all_read_the_same_key()
    {
        var path = Path.Combine(folder, "secret.keys");

        var read = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        SecretKeyFile.Ensure(path);
                        return File.ReadAllText(path);
                    })
                )
        );

        read.Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public void A_key_file_may_hold_comments_and_says_which_line_is_wrong()
    {
        var path = Path.Combine(folder, "secret.keys");
        File.WriteAllText(path, $"# since May\n{newKey}\n\n{oldKey}\n");
        WithFile(path).Unprotect(With(oldKey).Protect("token", "p", "1"), "p", "1").ShouldBe("token");

        File.WriteAllText(path, $"{newKey}\nshort\n");
        Should.Throw<SecretProtectionException>(() => WithFile(path).Protect("token", "p", "1")).Message.ShouldContain("Line 2 of the key file");
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    public void A_key_file_without_a_key_is_an_error(string text)
    {
        var path = Path.Combine(folder, "secret.keys");
        File.WriteAllText(path, text);

        Error(() => WithFile(path).Protect("token", "p", "1")).ShouldBe(SecretProtectionError.NoKey);
    }

    [Fact]
    public void A_key_file_that_is_missing_is_an_error() =>
        Error(() => WithFile(Path.Combine(folder, "none")).Protect("token", "p", "1")).ShouldBe(SecretProtectionError.NoKey);

    private static SecretProtectionError Error(Action action) => Should.Throw<SecretProtectionException>(action).Error;

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private static SecretProtector WithFile(string path) => new(Options.Create(new SecretOptions { KeyFile = path }));

    private static SecretProtector With(params string[] keys)
    {
        var options = new SecretOptions();
        foreach (var key in keys)
            options.Keys.Add(key);
        return new SecretProtector(Options.Create(options));
    }
}
