using System.Net;
using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.Tests.Http;

/// <summary>What token endpoints answer, and what else answers in their place.</summary>
public sealed class TokenEndpointTests
{
    private readonly ManualTime time = new(new DateTimeOffset(2026, 3, 9, 12, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData("3599", 3599)]
    [InlineData("\"3599\"", 3599)]
    [InlineData("3599.0", 3599)]
    [InlineData("null", 3600)]
    public async Task How_long_a_token_is_good_for_is_a_number_or_the_text_of_one(string seconds, int expected)
    {
        var (value, endsAt) = await FetchAsync($$"""{"access_token":"t","token_type":"Bearer","expires_in":{{seconds}}}""");

        value.ShouldBe("t");
        endsAt.ShouldBe(time.Now + TimeSpan.FromSeconds(expected));
    }

    [Theory]
    [InlineData("""{"access_token":null,"expires_in":3600}""")]
    [InlineData("""{"access_token":"","expires_in":3600}""")]
    [InlineData("""{"access_token":"very-secret","expires_in":"soon"}""")]
    [InlineData("""{"access_token":"very-secret","expires_in":9223372036854775807}""")]
    [InlineData("""{"access_token":"very-secret","expires_in":"99999999999999999999"}""")]
    [InlineData("""{"access_token":"very-secret","expires_in":[]}""")]
    [InlineData("[]")]
    [InlineData("<html>very-secret</html>")]
    public async Task An_answer_that_is_no_token_is_a_failure_that_shows_nothing_of_it(string answer)
    {
        var failure = await Should.ThrowAsync<ObjectStorageException>(() => FetchAsync(answer));

        failure.ToString().ShouldNotContain("very-secret");
    }

    private async Task<(string Value, DateTimeOffset EndsAt)> FetchAsync(string answer)
    {
        using var http = new StoreHttp(
            time,
            handler: new ScriptedHandler(_ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answer) })
        );
        return await TokenEndpoint.FetchAsync(http, new Uri("https://token.example.org/t"), [("grant_type", "x")], TestContext.Current.CancellationToken);
    }
}
