using Tideway.Cli.Output;
using Tideway.Cli.Volumes;
using Tideway.DeltaSharing.Client;

namespace Tideway.Cli.Tests.Volumes;

public sealed class UnfetchedFilesTests
{
    private readonly StringWriter error = new();

    [Theory]
    [InlineData(DeltaSharingError.Unauthorized, true)]
    [InlineData(DeltaSharingError.CredentialRefused, true)]
    [InlineData(DeltaSharingError.Unreachable, true)]
    [InlineData(DeltaSharingError.TooManyRequests, true)]
    [InlineData(DeltaSharingError.MalformedAnswer, false)]
    [InlineData(DeltaSharingError.NotFound, false)]
    [InlineData(DeltaSharingError.SizeMismatch, false)]
    [InlineData(DeltaSharingError.LocalStorage, false)]
    [InlineData(DeltaSharingError.ServerFailed, false)]
    public void What_befalls_every_file_ends_all(DeltaSharingError failure, bool expected) =>
        Make().EndsAll(new DeltaSharingException(failure, "it failed")).ShouldBe(expected);

    [Fact]
    public void A_full_disk_ends_all()
    {
        // ENOSPC.
        var full = new IOException("No space left on device", 28);

        Make().EndsAll(new DeltaSharingException(DeltaSharingError.LocalStorage, "Could not write x", full)).ShouldBeTrue();
    }

    [Fact]
    public void A_server_that_answers_nothing_any_more_is_left_after_a_while_and_one_success_begins_anew()
    {
        var failure = new DeltaSharingException(DeltaSharingError.ServerFailed, "down") { IsTransient = true };
        var files = Make();

        Enumerable.Range(0, 19).ShouldAllBe(_ => !files.EndsAll(failure));
        files.NoteSuccess();
        Enumerable.Range(0, 19).ShouldAllBe(_ => !files.EndsAll(failure));
        files.EndsAll(new DeltaSharingException(DeltaSharingError.NotFound, "gone")).ShouldBeFalse();
        files.EndsAll(failure).ShouldBeTrue();
    }

    [Theory]
    [InlineData(ExitCode.NotFound, DeltaSharingError.NotFound, DeltaSharingError.NotFound)]
    [InlineData(ExitCode.Failed, DeltaSharingError.NotFound, DeltaSharingError.Forbidden)]
    [InlineData(ExitCode.Failed, DeltaSharingError.NotFound, DeltaSharingError.Forbidden, DeltaSharingError.Forbidden)]
    public void The_exit_code_is_that_of_all_or_that_something_failed(int expected, params DeltaSharingError[] failures)
    {
        var files = Make();
        foreach (var failure in failures)
            files.Add("x", new DeltaSharingException(failure, "it failed"));

        files.ToFailure(9).ExitCode.ShouldBe(expected);
        files.ToFailure(9).Message.ShouldBe($"{failures.Length} of 9 files did not come.");
    }

    [Fact]
    public void Of_very_many_the_later_ones_are_told_as_they_happen_and_each_once()
    {
        var files = Make();
        foreach (var i in Enumerable.Range(0, 1010))
            files.Add($"{i:D4}", new DeltaSharingException(DeltaSharingError.NotFound, "gone"));

        error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(10);
        files.TellAll();
        error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Count().ShouldBe(1010);
    }

    private UnfetchedFiles Make() =>
        new(
            new ResultWriter(
                new CliEnvironment
                {
                    In = TextReader.Null,
                    Out = TextWriter.Null,
                    Error = error,
                    OpenOut = () => Stream.Null,
                    IsOutputTerminal = false,
                    IsInteractive = false,
                    Variable = _ => null,
                    ReadSecret = () => null,
                },
                json: false
            )
        );
}
