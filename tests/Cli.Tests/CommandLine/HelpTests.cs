using System.CommandLine;
using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.CommandLine;

public sealed class HelpTests
{
    public static TheoryData<string> Paths => [.. Leaves(TidewayCommand.Make(Environment), "")];

    private static CliEnvironment Environment =>
        new()
        {
            In = TextReader.Null,
            Out = TextWriter.Null,
            Error = TextWriter.Null,
            IsInteractive = false,
            Variable = _ => null,
            ReadSecret = () => null,
        };

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Every_command_has_help_with_an_example_of_itself(string path)
    {
        var run = await new CliRun().RunAsync([.. path.Split(' '), "--help"]);

        run.ExitCode.ShouldBe(0, run.Error);
        run.Out.ShouldContain($"Example:{System.Environment.NewLine}  tideway {path}");
        run.Error.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Every_argument_and_option_is_described(string path)
    {
        var command = path.Split(' ').Aggregate((Command)TidewayCommand.Make(Environment), (parent, name) => parent.Subcommands.Single(c => c.Name == name));

        foreach (var symbol in command.Arguments.Concat<Symbol>(command.Options))
            symbol.Description.ShouldNotBeNullOrWhiteSpace($"{path} {symbol.Name}");
        command.Description.ShouldNotBeNullOrWhiteSpace();
    }

    [Fact]
    public async Task The_help_of_the_program_lists_the_exit_codes()
    {
        var run = await new CliRun().RunAsync("--help");

        run.ExitCode.ShouldBe(0);
        run.Out.ShouldContain("Exit codes:");
        run.Out.ShouldContain("6 unreachable");
    }

    [Theory]
    [InlineData("share")]
    [InlineData("share creat x")]
    [InlineData("share create")]
    [InlineData("share create a b")]
    [InlineData("share list --output yaml")]
    [InlineData("share list --timeout soon")]
    [InlineData("sync create x --mode overwrite")]
    [InlineData("sync runs x --limit 0")]
    [InlineData("audit --limit none")]
    [InlineData("audit get not-a-guid")]
    [InlineData("principal create x --role king")]
    [InlineData("share list --url ftp://example.org")]
    [InlineData("recipient create x --property novalue --token t")]
    public async Task A_command_line_that_is_not_understood_is_exit_code_2_and_says_why(string line)
    {
        var run = await new CliRun().RunAsync(line.Split(' '));

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldStartWith("error: ");
        run.Out.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("PATH", "table", "rows", "")]
    [InlineData("NAME", "share", "get", " ")]
    [InlineData("--location", "share", "add", "s", "a.b", "--location", "")]
    [InlineData("--out", "recipient", "activate", "http://127.0.0.1:1/", "--out", "")]
    [InlineData("--version", "table", "rows", "t", "--version", "x")]
    [InlineData("--version", "table", "rows", "t", "--version", "-1")]
    [InlineData("--timestamp", "table", "rows", "t", "--timestamp", "yesterday")]
    [InlineData("--expires", "recipient", "create", "r", "--expires", "soon")]
    [InlineData("--after", "audit", "export", "--after", "x")]
    [InlineData("EVENT_ID", "audit", "get", "x")]
    [InlineData("--timeout", "share", "list", "--timeout", "0")]
    [InlineData("--timeout", "share", "list", "--timeout", "30d")]
    public async Task A_value_that_is_wrong_is_named_and_told_without_names_of_types(string named, params string[] line)
    {
        var run = await new CliRun().RunAsync(line);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldStartWith($"error: {named} must ");
        run.Error.ShouldNotContain("System.");
    }

    [Fact]
    public async Task An_unknown_command_is_the_only_thing_that_is_told_of()
    {
        var run = await new CliRun().RunAsync("share", "lst");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldBe(
            $"error: Unrecognized command or argument 'lst'.{System.Environment.NewLine}See 'tideway share --help'.{System.Environment.NewLine}"
        );
    }

    private static IEnumerable<string> Leaves(Command command, string path)
    {
        foreach (var child in command.Subcommands)
        {
            var childPath = $"{path} {child.Name}".Trim();
            if (child.Action is not null)
                yield return childPath;
            foreach (var leaf in Leaves(child, childPath))
                yield return leaf;
        }
    }
}
