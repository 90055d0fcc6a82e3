using System.CommandLine;
using Tideway.Cli.CommandLine;

namespace Tideway.Cli.Tests.CommandLine;

public sealed class UnexpectedTests
{
    [Fact]
    public async Task What_nobody_thought_of_ends_with_a_line_and_an_exit_code_of_its_own()
    {
        var error = new StringWriter();
        var commands = new CommandSet(
            new CliEnvironment
            {
                In = TextReader.Null,
                Out = TextWriter.Null,
                Error = error,
                IsInteractive = false,
                Variable = _ => null,
                ReadSecret = () => null,
            }
        );
        var root = new RootCommand { commands.Leaf("fail", "Fails", "tideway fail", [], (_, _) => throw new InvalidOperationException("two\nlines")) };
        commands.Global.AddTo(root);

        var exitCode = await root.Parse("fail").InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, default);

        exitCode.ShouldBe(70);
        error.ToString().ShouldBe($"error: a fault of this program: InvalidOperationException: two lines{Environment.NewLine}");
    }
}
