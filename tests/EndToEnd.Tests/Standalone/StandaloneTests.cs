using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Tideway.EndToEnd.Tests.Hosts;

namespace Tideway.EndToEnd.Tests.Standalone;

public sealed partial class StandaloneTests : IDisposable
{
    private const int SettingIsWrong = 2;
    private const int FolderInUse = 3;
    private const int AddressInUse = 4;

    private readonly string folder = Path.Combine(Path.GetTempPath(), $"tideway-standalone-{Guid.CreateVersion7():N}");
    private readonly string url = $"http://127.0.0.1:{ServiceProcess.FreePort()}";

    [Fact]
    public async Task The_first_start_prints_an_administrator_token_that_works_and_no_later_start_does()
    {
        string token;
        await using (var first = StandaloneRun.Start("--folder", folder, "--listen", url))
        {
            await first.WaitUntilReadyAsync(url);
            token = Token().Match(first.Output).Groups["token"].Value;
            using var api = new HostedOrganisation("first", new Uri(url), token);
            await api.PostAsync("/api/2.1/unity-catalog/shares", new { name = "kept" }, TestContext.Current.CancellationToken);
            await first.KillAsync();
        }

        await using var second = StandaloneRun.Start("--folder", folder, "--listen", url);
        await second.WaitUntilReadyAsync(url);
        second.Output.ShouldNotContain("shown this once");
        using var again = new HostedOrganisation("again", new Uri(url), token);
        (await again.GetAsync("/api/2.1/unity-catalog/shares/kept", TestContext.Current.CancellationToken))["name"]!.GetValue<string>().ShouldBe("kept");
    }

    [Fact]
    public async Task A_second_process_on_the_same_folder_is_refused()
    {
        await using var first = StandaloneRun.Start("--folder", folder, "--listen", url);
        await first.WaitUntilReadyAsync(url);

        await using var second = StandaloneRun.Start("--folder", folder, "--listen", $"http://127.0.0.1:{ServiceProcess.FreePort()}");

        (await second.ExitCodeAsync()).ShouldBe(FolderInUse);
        second.Output.ShouldContain("is in use by another Tideway process");
    }

    [Fact]
    public async Task An_address_in_use_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";

        await using var run = StandaloneRun.Start("--folder", folder, "--listen", address);

        (await run.ExitCodeAsync()).ShouldBe(AddressInUse);
        run.Output.ShouldContain(address);
    }

    [Fact]
    public async Task A_setting_that_is_wrong_is_named()
    {
        await using var run = StandaloneRun.Start("--folder", folder, "--listen", url, "--Bus:BatchSize", "0");

        (await run.ExitCodeAsync()).ShouldBe(SettingIsWrong);
        run.Output.ShouldContain("BatchSize");
    }

    [Fact]
    public async Task A_setting_of_another_type_is_named_with_what_is_expected()
    {
        await using var run = StandaloneRun.Start("--folder", folder, "--listen", url, "--CdfPublisher:PollInterval", "soon");

        (await run.ExitCodeAsync()).ShouldBe(SettingIsWrong);
        run.Output.ShouldContain("'CdfPublisher:PollInterval' is expected to be a TimeSpan");
    }

    [Theory]
    [InlineData("--foldr", "x", "There is no option '--foldr'")]
    [InlineData("--listen", null, "The option '--listen' needs a value")]
    [InlineData("acme", null, "Expected an option, got 'acme'")]
    public async Task An_argument_that_means_nothing_is_refused(string argument, string? value, string expected)
    {
        await using var run = StandaloneRun.Start(["--folder", folder, argument, .. value is null ? [] : new[] { value }]);

        (await run.ExitCodeAsync()).ShouldBe(SettingIsWrong);
        run.Output.ShouldContain(expected);
        Directory.Exists(folder).ShouldBeFalse();
    }

    [Fact]
    public async Task The_keys_of_an_organisation_are_readable_by_their_owner_only()
    {
        await using var run = StandaloneRun.Start("--folder", folder, "--listen", url);
        await run.WaitUntilReadyAsync(url);

        var keys = Directory.GetFiles(Path.Combine(folder, "keys"));
        keys.ShouldNotBeEmpty();
        // Windows keeps rights elsewhere, and a new file there belongs to its owner alone within the profile.
        foreach (var key in keys.Where(_ => !OperatingSystem.IsWindows()))
            ModeOf(key).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task What_an_organisation_knows_is_readable_by_its_owner_only()
    {
        // As an older version left it.
        Directory.CreateDirectory(Path.Combine(folder, "databases"));

        await using var run = StandaloneRun.Start("--folder", folder, "--listen", url);
        await run.WaitUntilReadyAsync(url);

        const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var databases = Directory.GetFiles(Path.Combine(folder, "databases"));
        databases.Select(Path.GetExtension).ShouldContain(".db-wal");
        if (OperatingSystem.IsWindows())
            return;
        foreach (var name in new[] { "databases", "keys", "staging" })
            ModeOf(Path.Combine(folder, name)).ShouldBe(Mine | UnixFileMode.UserExecute, name);
        foreach (var file in databases)
            ModeOf(file).ShouldBe(Mine, file);
    }

    private static UnixFileMode ModeOf(string file) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(file);

    public void Dispose()
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    [GeneratedRegex(@"shown this once: (?<token>\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();
}
