using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Recipients;

public sealed class ActivateTests : IAsyncLifetime
{
    private const string Profile =
        """{"shareCredentialsVersion":1,"endpoint":"https://example.org/delta-sharing","bearerToken":"partner-secret","expirationTime":"2027-01-01T00:00:00Z"}""";

    private readonly TempFolder folder = new();
    private FakeApi api = null!;

    public async ValueTask InitializeAsync() => api = await FakeApi.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await api.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task The_profile_is_put_into_a_file_for_its_owner_only_and_the_token_is_shown_nowhere()
    {
        api.On("GET /activate/abc", Profile);

        var run = await new CliRun().RunAsync("recipient", "activate", api.Url + "/activate/abc", "--out", folder.File("p.share"), "-o", "json");

        run.ExitCode.ShouldBe(0, run.Error);
        (await File.ReadAllTextAsync(folder.File("p.share"))).ShouldBe(Profile);
        TempFolder.ModeOf(folder.File("p.share")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        run.Json.GetProperty("endpoint").GetString().ShouldBe("https://example.org/delta-sharing");
        (run.Out + run.Error).ShouldNotContain("partner-secret");
        api.Requests.ShouldHaveSingleItem().Authorization.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_link_can_come_from_standard_input()
    {
        api.On("GET /activate/abc", Profile);

        var run = await new CliRun { Input = api.Url + "/activate/abc\n" }.RunAsync("recipient", "activate", "-", "--out", folder.File("p.share"));

        run.ExitCode.ShouldBe(0, run.Error);
    }

    [Fact]
    public async Task A_file_that_is_there_is_kept_and_the_link_is_not_used()
    {
        folder.Write("p.share", "mine");

        var run = await new CliRun().RunAsync("recipient", "activate", api.Url + "/activate/abc", "--out", folder.File("p.share"));

        run.ExitCode.ShouldBe(5);
        (await File.ReadAllTextAsync(folder.File("p.share"))).ShouldBe("mine");
        api.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_folder_that_is_not_there_does_not_cost_the_link()
    {
        var run = await new CliRun().RunAsync("recipient", "activate", api.Url + "/activate/abc", "--out", folder.File("no/such/p.share"));

        run.ExitCode.ShouldBe(1);
        api.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_link_that_was_used_leaves_no_file()
    {
        api.Refuse("GET /activate/abc", 404, "RESOURCE_DOES_NOT_EXIST", "The link is unknown, used or ended.");

        var run = await new CliRun().RunAsync("recipient", "activate", api.Url + "/activate/abc", "--out", folder.File("p.share"));

        run.ExitCode.ShouldBe(3);
        File.Exists(folder.File("p.share")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("<html>")]
    public async Task An_answer_that_is_no_profile_leaves_no_file(string answer)
    {
        api.On("GET /activate/abc", answer);

        var run = await new CliRun().RunAsync("recipient", "activate", api.Url + "/activate/abc", "--out", folder.File("p.share"));

        run.ExitCode.ShouldBe(1);
        File.Exists(folder.File("p.share")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("file:///etc/passwd")]
    public async Task A_link_that_is_no_address_is_refused(string link)
    {
        var run = await new CliRun().RunAsync("recipient", "activate", link, "--out", folder.File("p.share"));

        run.ExitCode.ShouldBe(2);
    }
}
