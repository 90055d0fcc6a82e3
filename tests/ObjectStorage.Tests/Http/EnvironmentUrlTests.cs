using System.Net;
using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.Tests.Http;

public sealed class EnvironmentUrlTests
{
    private const string Variable = "LAKE_HOST";

    private static readonly EnvironmentUrl Base = new(Variable);
    private static readonly EnvironmentUrl Whole = new(Variable) { IsWhole = true };
    private static readonly EnvironmentUrl Near = new(Variable) { AskedInTheClear = [IPAddress.Parse("169.254.170.2"), IPAddress.Parse("fd00:ec2::23")] };

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void A_variable_that_says_nothing_names_no_address(string? value) => Find(Base, value).ShouldBeNull();

    [Theory]
    [InlineData("http://10.0.0.1")]
    [InlineData("https://login.example.com/tenant/")]
    [InlineData("http://[fd00:ec2::254]:8080/x")]
    public void An_http_or_https_url_is_taken(string value) => Find(Base, value).ShouldBe(new Uri(value));

    [Theory]
    [InlineData("ftp://host/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/v1/credentials")]
    [InlineData("host:8080")]
    [InlineData("host")]
    [InlineData("http://")]
    public void What_is_no_such_url_is_refused_and_told(string value)
    {
        var refusal = Should.Throw<ObjectStorageException>(() => Find(Whole, value));

        refusal.Error.ShouldBe(ObjectStorageError.InvalidKey);
        refusal.Message.ShouldBe($"The setting LAKE_HOST of the environment is wrong: expected an http or https URL without a user, got '{value}'.");
    }

    [Theory]
    [InlineData("http://host/x?a=b", "http://host/x?...")]
    [InlineData("http://host/x#a", "http://host/x#...")]
    [InlineData("https://host?", "https://host?...")]
    public void What_something_is_added_to_has_no_query_of_its_own(string value, string told)
    {
        Find(Whole, value).ShouldBe(new Uri(value));

        Should
            .Throw<ObjectStorageException>(() => Find(Base, value))
            .Message.ShouldBe(
                $"The setting LAKE_HOST of the environment is wrong: expected an http or https URL without user, query and fragment, got '{told}'."
            );
    }

    [Theory]
    [InlineData("http://user:pass-word@host/x?sig=pass-word", "http://...@host/x?...")]
    [InlineData("https://pass-word@host", "https://...@host")]
    [InlineData("https://user:pass?pass-word@host/x", "https://...@host/x")]
    [InlineData("user:pass-word@host", "...@host")]
    public void A_user_is_refused_and_its_password_not_told(string value, string told)
    {
        foreach (var url in new[] { Base, Whole, Near })
        {
            var refusal = Should.Throw<ObjectStorageException>(() => Find(url, value));

            refusal.Message.ShouldEndWith($", got '{told}'.");
            refusal.Message.ShouldNotContain("pass-word");
        }
    }

    [Theory]
    [InlineData("http://127.8.9.10:8080/x")]
    [InlineData("http://localhost/x")]
    [InlineData("http://[::1]/x")]
    [InlineData("http://169.254.170.2/x")]
    [InlineData("http://[fd00:ec2::23]/x")]
    [InlineData("https://10.0.0.1/x")]
    public void Over_http_only_those_that_are_near_are_asked(string value) => Find(Near, value).ShouldBe(new Uri(value));

    [Theory]
    [InlineData("http://169.254.170.3/x")]
    [InlineData("http://10.0.0.1/x")]
    [InlineData("http://localhost.example.com/x")]
    [InlineData("http://[::ffff:10.0.0.1]/x")]
    public void Over_http_others_are_refused_and_it_is_told_who_is_not(string value)
    {
        Find(Base, value).ShouldNotBeNull();

        Should
            .Throw<ObjectStorageException>(() => Find(Near, value))
            .Message.ShouldBe(
                $"The setting LAKE_HOST of the environment is wrong: over http only a loopback address or 169.254.170.2 or fd00:ec2::23 is asked, got '{value}'."
            );
    }

    private static Uri? Find(EnvironmentUrl url, string? value) => url.Find(name => name == Variable ? value : null);
}
