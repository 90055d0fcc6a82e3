using System.CommandLine;
using System.Text.Json;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;

namespace Tideway.Cli.Syncs;

/// <summary>Running a sync now.</summary>
internal static class RunCommand
{
    private static readonly Column[] Columns =
    [
        Column.Of("Run", "run_id"),
        Column.Of("State", "state"),
        Column.Of("From version", "from_version"),
        Column.Of("To version", "to_version"),
        Column.Of("Local version", "local_version"),
        Column.Of("Files", "files_done"),
        Column.Bytes("Size", "bytes_done"),
        Column.Of("Rows inserted", "rows_inserted"),
        Column.Of("Rows updated", "rows_updated"),
        Column.Of("Rows deleted", "rows_deleted"),
    ];

    public static Command Make(CommandSet commands)
    {
        var name = Symbols.Name("sync");
        var wait = Symbols.Flag("--wait", "Wait until the run has ended; a run that failed is exit code 1");
        return commands.Leaf(
            "run",
            "Run a sync now",
            "tideway sync run orders --wait",
            [name, wait],
            async (call, cancellationToken) =>
            {
                var run = await call.Api.SendAsync(HttpMethod.Post, $"{SyncCommands.Path:raw}/{call.Get(name)}/run", new { }, cancellationToken);
                if (call.Get(wait))
                    run = await WaitAsync(call, call.Get(name), Text(run, "run_id")!, cancellationToken);
                call.Output.Item(run, Columns);
                if (Text(run, "state") == "failed")
                    throw new CliFailure(ExitCode.Failed, $"Sync '{call.Get(name)}' failed: {Text(run, "reason") ?? "no reason is known"}");
            }
        );
    }

    private static Task<JsonElement> WaitAsync(Call call, string name, string runId, CancellationToken cancellationToken) =>
        RunProgress.ShowAsync(
            call.Environment,
            name,
            async (report, token) =>
            {
                while (true)
                {
                    var run = await call.Api.GetAsync($"{SyncCommands.Path:raw}/{name}/runs/{runId}", token);
                    report(run);
                    if (Text(run, "state") is "succeeded" or "failed")
                        return run;
                    await Task.Delay(call.Environment.PollInterval, call.Environment.Time, token);
                }
            },
            cancellationToken
        );

    private static string? Text(JsonElement element, string name) =>
        Column.Find(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
