using System.CommandLine;
using System.Text.Json;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;
using Tideway.DeltaLog.Verification;

namespace Tideway.Cli.Tables;

/// <summary>Looks for what is wrong with a table.</summary>
internal static class VerifyCommand
{
    private static readonly Column[] Columns =
    [
        Column.Of("Table", "table"),
        Column.Of("Version", "version"),
        Column.Of("Files", "files"),
        Column.Of("Rows read", "rows_read"),
        Column.Of("Problems", "problem_count"),
    ];

    private static readonly Column[] ProblemColumns = [Column.Of("CHECK", "check"), Column.Of("FILE", "file"), Column.Of("PROBLEM", "message")];

    public static Command Make(CommandSet commands)
    {
        var table = new LocalTable();
        var quick = Symbols.Flag("--quick", "Do not read the data files to compare their rows with the statistics");
        return commands.Leaf(
            "verify",
            "Check a table: its log, that its files are there and whole, deletion vectors, statistics. Exit code 1 where something is wrong",
            "tideway table verify /srv/tables/orders --quick",
            [table.Path, table.Version, table.Timestamp, quick, table.FilesOutside],
            (call, cancellationToken) =>
                LocalTable.GuardAsync(async () =>
                {
                    var snapshot = await table.LoadAsync(call, cancellationToken);
                    var verifier = new TableVerifier(table.Open(call), call.Get(table.FilesOutside));
                    var problems = new List<VerificationProblem>();
                    await foreach (var problem in verifier.VerifyAsync(snapshot, !call.Get(quick), cancellationToken))
                        problems.Add(problem);
                    var result = JsonSerializer.SerializeToElement(
                        new
                        {
                            table = snapshot.TableRoot.AbsoluteUri,
                            version = snapshot.Version,
                            files = snapshot.FileCount,
                            rows_read = !call.Get(quick),
                            problem_count = problems.Count,
                            problems = problems.Select(Describe),
                        }
                    );
                    call.Output.Item(result, Columns);
                    call.Output.Part("Problems", Json.Items(result, "problems"), ProblemColumns);
                    if (problems.Count > 0)
                        throw new CliFailure(ExitCode.Failed, $"{problems.Count} problem{(problems.Count > 1 ? "s" : "")} found.");
                })
        );
    }

    private static object Describe(VerificationProblem problem) =>
        new
        {
            check = problem.Check switch
            {
                VerificationCheck.DeletionVectors => "deletion_vectors",
                var other => other.ToString().ToLowerInvariant(),
            },
            file = problem.File,
            message = problem.Message,
        };
}
