using System.CommandLine;
using System.Text.Json;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;

namespace Tideway.Cli.Tables;

/// <summary>Shows who did what to a table.</summary>
internal static class HistoryCommand
{
    private static readonly Column[] Columns =
    [
        Column.Of("VERSION", "version"),
        Column.Time("COMMITTED", "committed_at"),
        Column.Of("OPERATION", "operation"),
        Column.Of("PARAMETERS", "operation_parameters"),
        Column.Of("METRICS", "operation_metrics"),
        Column.Of("ENGINE", "engine_info"),
    ];

    public static Command Make(CommandSet commands)
    {
        var table = new LocalTable();
        var limit = Symbols.Limit(20);
        return commands.Leaf(
            "history",
            "Show the commits that are still in the log of a table, newest first",
            "tideway table history /srv/tables/orders --limit 3",
            [table.Path, limit],
            (call, cancellationToken) =>
                LocalTable.GuardAsync(async () =>
                {
                    var commits = new List<JsonElement>();
                    await foreach (var commit in table.Open(call).HistoryAsync(cancellationToken))
                    {
                        commits.Add(
                            JsonSerializer.SerializeToElement(
                                new
                                {
                                    version = commit.Version,
                                    committed_at = commit.Timestamp.UtcDateTime,
                                    operation = commit.Info?.Operation,
                                    operation_parameters = Other(commit.Info?.OtherMembers, "operationParameters"),
                                    operation_metrics = Other(commit.Info?.OtherMembers, "operationMetrics"),
                                    engine_info = commit.Info?.EngineInfo,
                                }
                            )
                        );
                        if (commits.Count == call.Get(limit))
                            break;
                    }

                    call.Output.List(commits, Columns);
                })
        );
    }

    private static JsonElement? Other(IReadOnlyDictionary<string, string>? members, string name) =>
        members is not null && members.TryGetValue(name, out var json) ? JsonElement.Parse(json) : null;
}
