using Microsoft.AspNetCore.Http;
using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Volumes;

/// <summary><c>tideway volume get</c> of volumes that hold files which cannot be kept here.</summary>
public sealed class UnfitFilesTests : IAsyncLifetime
{
    private const string Files = "/ds/shares/sales/schemas/docs/volumes/manuals/files";

    private readonly TempFolder folder = new();
    private FakeApi api = null!;
    private string profile = null!;

    private string Out { get; set; } = "";

    public async ValueTask InitializeAsync()
    {
        api = await FakeApi.StartAsync();
        profile = folder.Write("p.share", $$"""{"shareCredentialsVersion":1,"endpoint":"{{api.Url}}/ds","bearerToken":"partner-secret"}""");
        Out = Directory.CreateDirectory(folder.File("out")).FullName;
    }

    public async ValueTask DisposeAsync()
    {
        await api.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Those_that_cannot_be_kept_are_told_at_the_end_one_by_one_and_the_others_come()
    {
        Serve("", "../evil", "a", "a-1", "a/b", "dir/x", "nul\\\\x", "z");

        var run = await GetAsync();

        run.ExitCode.ShouldBe(1);
        Kept().ShouldBe(["a", "a-1", "dir/x", "z"]);
        var told = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        told[^5].ShouldStartWith("4 files, ");
        told[^4].ShouldBe($"not fetched  ../evil: Expected the path of a file that can be kept below {Out}, got '../evil': it has the segment '..'.");
        told[^3].ShouldBe("not fetched  a/b: The volume has a file 'a' too, and a name cannot be that of a file and of a folder.");
        told[^2].ShouldContain("nul\\x: ");
        told[^1].ShouldBe("error: 3 of 7 files did not come.");
    }

    [Fact]
    public async Task Programs_get_a_line_for_each_that_did_not_come()
    {
        Serve("", "../evil", "z");

        var run = await GetAsync("-o", "json");

        run.ExitCode.ShouldBe(1);
        run.Lines.Length.ShouldBe(2);
        run.Lines[0].ShouldStartWith("""{"path":"../evil","outcome":"failed","reason":"Expected the path of a file""");
    }

    [Fact]
    public async Task A_path_that_is_listed_twice_comes_once()
    {
        Serve("", "a", "a", "b");

        var run = await GetAsync();

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("not fetched  a: The server lists this path more than once.");
        Kept().ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task A_file_that_was_asked_for_and_one_below_a_folder_of_its_name_do_not_replace_each_other()
    {
        Serve("m", "m", "m/b", "m/m", "m/z");

        var run = await RunAsync("get", profile + "#sales.docs.manuals/m", "--out", Out);

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("not fetched  m/m: ");
        Kept().ShouldBe(["b", "m", "z"]);
        (await File.ReadAllTextAsync(Path.Combine(Out, "m"))).ShouldBe("m");
    }

    [Fact]
    public async Task What_is_here_already_and_of_the_other_kind_is_left_as_it_is()
    {
        Directory.CreateDirectory(Path.Combine(Out, "a"));
        await File.WriteAllTextAsync(Path.Combine(Out, "b"), "mine");
        Serve("", "a", "b/c", "d");

        var run = await GetAsync();

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain($"not fetched  a: {Path.Combine(Out, "a")} is a folder here.");
        run.Error.ShouldContain($"not fetched  b/c: {Path.Combine(Out, "b")} is a file here, so that nothing can lie below it.");
        Kept().ShouldBe(["b", "d"]);
        (await File.ReadAllTextAsync(Path.Combine(Out, "b"))).ShouldBe("mine");
    }

    [Fact]
    public async Task A_name_that_the_file_system_does_not_take_ends_nothing_else()
    {
        Out = Directory.CreateDirectory(Path.Combine([Out, .. Enumerable.Repeat(new string('d', 200), 17)])).FullName;
        var deep = string.Join('/', Enumerable.Repeat(new string('k', 180), 5));
        Serve("", "a", deep, "z");

        var run = await GetAsync();

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("not fetched  " + deep);
        run.Error.ShouldContain("error: 1 of 3 files did not come.");
        Directory.GetFiles(Out).Select(Path.GetFileName).ShouldBe(["a", "z"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_file_whose_content_is_not_what_the_server_announced_ends_nothing_else()
    {
        api.On($"GET {Files}?urls=true", $$"""{"items":[{"path":"a","size":9,"url":"{{api.Url}}/f/a"},{"path":"b","size":1,"url":"{{api.Url}}/f/b"}]}""");
        api.On("GET /f/a", "much more than that").On("GET /f/b", "b");

        var run = await GetAsync();

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("not fetched  a: ");
        run.Error.ShouldContain("error: 1 of 2 files did not come.");
        Kept().ShouldBe(["b"]);
    }

    [Fact]
    public async Task Nothing_is_written_through_a_link_that_lies_in_the_folder()
    {
        var elsewhere = Directory.CreateDirectory(folder.File("elsewhere")).FullName;
        await File.WriteAllTextAsync(Path.Combine(elsewhere, "mine"), "mine");
        Directory.CreateSymbolicLink(Path.Combine(Out, "2026"), elsewhere);
        File.CreateSymbolicLink(Path.Combine(Out, "file"), Path.Combine(elsewhere, "mine"));
        File.CreateSymbolicLink(Path.Combine(Out, "nowhere"), Path.Combine(elsewhere, "new"));
        Serve("", "2026/a.pdf", "2026/deep/b.pdf", "file", "nowhere", "z");

        var run = await GetAsync();

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain($"not fetched  2026/a.pdf: {Path.Combine(Out, "2026")} is a link; nothing is written through a link that lies below {Out}.");
        run.Error.ShouldContain($"not fetched  file: {Path.Combine(Out, "file")} is a link");
        run.Error.ShouldContain("error: 4 of 5 files did not come.");
        Directory.GetFileSystemEntries(elsewhere).ShouldBe([Path.Combine(elsewhere, "mine")]);
        (await File.ReadAllTextAsync(Path.Combine(elsewhere, "mine"))).ShouldBe("mine");
        new FileInfo(Path.Combine(Out, "file")).LinkTarget.ShouldNotBeNull();
        (await File.ReadAllTextAsync(Path.Combine(Out, "z"))).ShouldBe("z");
    }

    [Fact]
    public async Task The_folder_itself_may_be_a_link()
    {
        var link = folder.File("link");
        Directory.CreateSymbolicLink(link, Out);
        Serve("", "a/b");

        var run = await RunAsync("get", profile + "#sales.docs.manuals", "--out", link);

        run.ExitCode.ShouldBe(0, run.Error);
        Kept().ShouldBe(["a/b"]);
    }

    [Fact]
    public async Task A_server_that_is_gone_ends_the_whole()
    {
        var paths = Enumerable.Range(0, 40).Select(i => $"f{i:00}").ToArray();
        api.On($"GET {Files}?urls=true", $$"""{"items":[{{string.Join(',', paths.Select(path => $$"""{"path":"{{path}}","size":1}"""))}}]}""");
        foreach (var path in paths)
            api.On($"GET {Files}?path={path}&urls=true", """{"errorCode":"UNAUTHENTICATED","message":"no"}""", 401);

        var run = await GetAsync();

        run.ExitCode.ShouldBe(4);
        api.Requests.Count.ShouldBeLessThan(20);
        Directory.GetFileSystemEntries(Out).ShouldBeEmpty();
    }

    private IEnumerable<string> Kept() =>
        Directory.GetFiles(Out, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Out, file)).Order(StringComparer.Ordinal);

    // Each file holds the last segment of its path.
    private void Serve(string within, params string[] paths)
    {
        static string Content(string path) => path[(path.LastIndexOf('/') + 1)..];
        var items = paths.Select((path, i) => $$"""{"path":"{{path}}","size":{{Content(path).Length}},"url":"{{api.Url}}/f/{{i}}"}""");
        var query = within.Length == 0 ? "?urls=true" : $"?path={within}&urls=true";
        api.On($"GET {Files}{query}", $$"""{"items":[{{string.Join(',', items)}}]}""");
        foreach (var (path, i) in paths.Select((path, i) => (path, i)))
            api.On($"GET /f/{i}", context => context.Response.WriteAsync(Content(path)));
    }

    private Task<CliRun> GetAsync(params string[] more) => RunAsync(["get", profile + "#sales.docs.manuals", "--out", Out, .. more]);

    private static Task<CliRun> RunAsync(params string[] arguments) => new CliRun().RunAsync(["volume", .. arguments, "--allow-insecure"]);
}
