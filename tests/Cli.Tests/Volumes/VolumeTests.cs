using Microsoft.AspNetCore.Http;
using Tideway.Cli.Tests.Support;
using Tideway.Cli.Volumes;

namespace Tideway.Cli.Tests.Volumes;

/// <summary><c>tideway volume</c> against a server that answers as a test wants.</summary>
public sealed class VolumeTests : IAsyncLifetime
{
    private const string Files = "/ds/shares/sales/schemas/docs/volumes/manuals/files";

    private readonly TempFolder folder = new();
    private FakeApi api = null!;
    private string profile = null!;

    private string Out => folder.File("out");

    public async ValueTask InitializeAsync()
    {
        api = await FakeApi.StartAsync();
        profile = folder.Write("p.share", $$"""{"shareCredentialsVersion":1,"endpoint":"{{api.Url}}/ds","bearerToken":"partner-secret"}""");
    }

    public async ValueTask DisposeAsync()
    {
        await api.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task List_shows_the_volumes_of_all_shares_of_one_and_of_a_schema()
    {
        const string volume = """{"items":[{"name":"manuals","schema":"docs","share":"sales","storageLocation":"https://h/files/"}]}""";
        api.On("GET /ds/shares", """{"items":[{"name":"sales"}]}""");
        api.On("GET /ds/shares/sales/all-volumes", volume);
        api.On("GET /ds/shares/sales/schemas/docs/volumes", volume);

        foreach (var name in (string[])["", "#sales", "#sales.docs"])
        {
            var run = await RunAsync("list", profile + name, "-o", "json");
            run.ExitCode.ShouldBe(0, run.Error);
            var item = run.Json.EnumerateArray().ShouldHaveSingleItem();
            string.Join(' ', item.EnumerateObject().Select(member => member.Value)).ShouldBe("sales docs manuals  https://h/files/");
        }

        (await RunAsync("list", profile + "#sales.docs.manuals")).ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task Files_are_listed_as_lines_as_they_come()
    {
        api.On($"GET {Files}?path=2026", """{"items":[{"path":"2026/a b.pdf","size":1536,"lastModified":1795428002000},{"path":"2026/c","size":0}]}""");

        var table = await RunAsync("files", profile + "#sales.docs.manuals/2026/");
        var json = await RunAsync("files", profile + "#sales.docs.manuals/2026", "-o", "json");

        table.Lines.ShouldBe(["    1.5 KiB  2026-11-23 10:00:02Z  2026/a b.pdf", "        0 B                        2026/c"]);
        json.Lines.ShouldBe(["""{"path":"2026/a b.pdf","size":1536,"last_modified":1795428002000}""", """{"path":"2026/c","size":0}"""]);
        (table.Out + table.Error).ShouldNotContain("partner-secret");
    }

    [Fact]
    public async Task Get_brings_a_folder_and_the_next_run_leaves_what_is_there()
    {
        Serve("?path=2026&urls=true", ("2026/a.pdf", "aaaa"), ("2026/deep/b.pdf", "bb"));

        var first = await RunAsync("get", profile + "#sales.docs.manuals/2026", "--out", Out);
        var second = await RunAsync("get", profile + "#sales.docs.manuals/2026", "--out", Out, "-o", "json");

        first.ExitCode.ShouldBe(0, first.Error);
        (await File.ReadAllTextAsync(Path.Combine(Out, "a.pdf"))).ShouldBe("aaaa");
        (await File.ReadAllTextAsync(Path.Combine(Out, "deep/b.pdf"))).ShouldBe("bb");
        first.Error.ShouldContain("2 files, 6 B.");
        second.Error.ShouldContain("0 files, 0 B; 2 were here already.");
        second.Lines.Length.ShouldBe(2);
        second.Out.ShouldContain("\"outcome\":\"kept\"");
        Directory.GetFileSystemEntries(Out).Select(Path.GetFileName).ShouldBe(["a.pdf", "deep"], ignoreOrder: true);
        api.Requests.Count(asked => asked.Line.StartsWith("GET /f/", StringComparison.Ordinal)).ShouldBe(2);
        api.Requests.Where(asked => asked.Line.StartsWith("GET /f/", StringComparison.Ordinal)).ShouldAllBe(asked => asked.Authorization == "");
    }

    [Fact]
    public async Task Get_brings_a_file_by_its_own_name_and_a_whole_volume_with_its_folders()
    {
        Serve("?path=2026%2Fa.pdf&urls=true", ("2026/a.pdf", "aaaa"));
        Serve("?urls=true", ("2026/a.pdf", "aaaa"), ("a.part", "p"), ("a", "q"));

        (await RunAsync("get", profile + "#sales.docs.manuals/2026/a.pdf", "--out", Out)).ExitCode.ShouldBe(0);
        (await RunAsync("get", profile + "#sales.docs.manuals", "--out", Out)).ExitCode.ShouldBe(0);

        Directory
            .GetFiles(Out, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Out, file))
            .ShouldBe(["2026/a.pdf", "a", "a.part", "a.pdf"], ignoreOrder: true);
        (await File.ReadAllTextAsync(Path.Combine(Out, "a.part"))).ShouldBe("p");
    }

    [Theory]
    [InlineData("../evil.txt")]
    [InlineData("/tmp/evil.txt")]
    [InlineData("a/../../evil.txt")]
    public async Task A_server_cannot_write_outside_of_the_folder(string path)
    {
        Serve("?urls=true", (path, "evil"));

        var run = await RunAsync("get", profile + "#sales.docs.manuals", "--out", Out);

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("Expected the path of a file that can be kept below");
        Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories).ShouldBe([profile]);
        api.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_file_that_is_not_as_large_as_announced_is_not_kept()
    {
        api.On($"GET {Files}?urls=true", $$"""{"items":[{"path":"a","size":3,"url":"{{api.Url}}/f/0"}]}""");
        api.On("GET /f/0", "much more than that");

        var run = await RunAsync("get", profile + "#sales.docs.manuals", "--out", Out);

        run.ExitCode.ShouldBe(1);
        Directory.GetFileSystemEntries(Out).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_not_there_is_exit_code_3()
    {
        foreach (var (volume, message) in new[] { ("docs/volumes/none", "no such volume"), ("nope/volumes/manuals", "no such schema") })
        {
            foreach (var call in (string[])["", "/files", "/files?urls=true"])
                api.Refuse($"GET /ds/shares/sales/schemas/{volume}{call}", 404, "RESOURCE_DOES_NOT_EXIST", message);
        }

        foreach (var query in (string[])["?path=nothing", "?path=nothing&urls=true"])
            api.On($"GET {Files}{query}", """{"items":[]}""");

        foreach (
            var command in (string[][])
                [
                    ["files"],
                    ["get", "--out", Out],
                ]
        )
        {
            var path = await RunAsync([.. command, profile + "#sales.docs.manuals/nothing"]);
            var volume = await RunAsync([.. command, profile + "#sales.docs.none"]);
            var schema = await RunAsync([.. command, profile + "#sales.nope.manuals"]);

            (path.ExitCode, volume.ExitCode, schema.ExitCode).ShouldBe((3, 3, 3), command[0]);
            path.Error.ShouldContain("There is no file at 'nothing' in the volume sales.docs.manuals.");
            volume.Error.ShouldContain("no such volume");
            schema.Error.ShouldContain("no such schema");
        }
    }

    [Fact]
    public async Task A_volume_that_holds_no_files_is_there()
    {
        api.On($"GET {Files}", """{"items":[]}""");
        api.On($"GET {Files}?urls=true", """{"items":[]}""");

        var files = await RunAsync("files", profile + "#sales.docs.manuals");
        var get = await RunAsync("get", profile + "#sales.docs.manuals", "--out", Out);

        (files.ExitCode, files.Out).ShouldBe((0, ""), files.Error);
        get.ExitCode.ShouldBe(0, get.Error);
        get.Error.ShouldContain("0 files, 0 B.");
    }

    [Fact]
    public async Task A_server_that_lists_no_files_is_told_apart_from_a_volume_that_is_not_there()
    {
        api.Refuse($"GET {Files}", 404, "NOT_FOUND", "no such call");
        api.On(
            "GET /ds/shares/sales/schemas/docs/volumes/manuals",
            """{"name":"manuals","schema":"docs","share":"sales","storageLocation":"s3://bucket/manuals/"}"""
        );

        var run = await RunAsync("files", profile + "#sales.docs.manuals");

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("does not list its files. They are at s3://bucket/manuals/; 'tideway volume credentials'");
    }

    [Fact]
    public async Task Credentials_are_shown_to_who_asks_for_them()
    {
        api.On(
            "POST /ds/shares/sales/schemas/docs/volumes/manuals/temporary-volume-credentials",
            """{"awsTempCredentials":{"accessKeyId":"id","secretAccessKey":"sk","sessionToken":"st"},"expirationTime":1795428002000}"""
        );

        var run = await RunAsync("credentials", profile + "#sales.docs.manuals", "-o", "json");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Json.GetProperty("secret_access_key").GetString().ShouldBe("sk");
        run.Json.TryGetProperty("sas_token", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("p.share#sales.docs.manuals", "p.share", "sales.docs.manuals", "")]
    [InlineData("p.share#sales.docs.manuals/a#b/c.d", "p.share", "sales.docs.manuals", "a#b/c.d")]
    [InlineData("/x#y/p.share#sales.docs.manuals/a", "/x#y/p.share", "sales.docs.manuals", "a")]
    [InlineData("p.share#v.1.docs.manuals/a/", "p.share", "v.1.docs.manuals", "a")]
    public void A_path_follows_the_name_of_the_volume(string text, string file, string volume, string path)
    {
        var address = VolumeAddress.Parse(text, candidate => candidate == file);

        (address.Profile, address.Volume.ToString(), address.Path).ShouldBe((file, volume, path));
    }

    [Theory]
    [InlineData("#sales.docs.manuals", "no profile file")]
    [InlineData("p#sales.docs", "Expected PROFILE#share.schema.volume")]
    [InlineData("p#sales.docs.manuals/../x", "no path in a volume")]
    [InlineData("p#sales.docs.manuals//x", "no path in a volume")]
    [InlineData("p#sales.do cs.manuals", "no name of a schema")]
    public void What_is_no_volume_is_refused(string text, string expected)
    {
        var failure = Should.Throw<CliFailure>(() => VolumeAddress.Parse(text, _ => false).Volume);

        failure.ExitCode.ShouldBe(ExitCode.Usage);
        failure.Message.ShouldContain(expected);
    }

    private void Serve(string query, params (string Path, string Content)[] files)
    {
        var items = files.Select(
            (file, i) =>
                $$"""{"path":"{{file.Path}}","size":{{file.Content.Length}},"lastModified":1795428002000,"url":"{{api.Url}}/f/{{query.Length}}-{{i}}"}"""
        );
        api.On($"GET {Files}{query}", $$"""{"items":[{{string.Join(',', items)}}]}""");
        foreach (var (file, i) in files.Select((file, i) => (file, i)))
            api.On($"GET /f/{query.Length}-{i}", context => context.Response.WriteAsync(file.Content));
    }

    private static Task<CliRun> RunAsync(params string[] arguments) => new CliRun().RunAsync(["volume", .. arguments, "--allow-insecure"]);
}
