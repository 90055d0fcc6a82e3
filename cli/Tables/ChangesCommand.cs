using System.CommandLine;
using Tideway.Cli.CommandLine;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.Reading;

namespace Tideway.Cli.Tables;

/// <summary>Shows the rows that came, went and changed between versions.</summary>
internal static class ChangesCommand
{
    public static Command Make(CommandSet commands)
    {
        var table = new LocalTable();
        var condition = new RowCondition();
        var output = new RowOutput();
        var from = Symbols.Number("--from", "First version whose changes are shown; else the first that is left", "VERSION");
        var to = Symbols.Number("--to", "Last version whose changes are shown; else the latest", "VERSION");
        return commands.Leaf(
            "changes",
            "Show the rows that changed, how (_change_type) and when, of a table that records it (delta.enableChangeDataFeed)",
            "tideway table changes /srv/tables/orders --from 3 --to 5 --where \"_change_type = 'delete'\"",
            [table.Path, from, to, condition.Where, output.Limit, output.Out, table.FilesOutside],
            (call, cancellationToken) =>
                LocalTable.GuardAsync(async () =>
                {
                    var where = condition.Of(call, cancellationToken);
                    var opened = table.Open(call);
                    var first = call.Get(from) ?? await opened.EarliestChangesVersionAsync(cancellationToken);
                    if (call.Get(to) < first)
                        throw new CliFailure(ExitCode.Usage, $"--to must be at least --from, {first}; got {call.Get(to)}.");
                    var versions = new List<VersionChanges>();
                    await foreach (var version in opened.ReadChangeDataFeedAsync(first, call.Get(to), cancellationToken))
                        versions.Add(version);
                    var snapshot = await opened.LoadAsync(versions[^1].Version, cancellationToken);
                    var sql = await table.Reader(call).ChangesSqlAsync(snapshot, versions, new ScanOptions { WhereSql = where }, cancellationToken);
                    List<string> names = ["_change_type", "_commit_version", "_commit_timestamp", .. snapshot.Schema.Fields.Select(field => field.Name)];
                    await output.WriteAsync(call, $"SELECT * FROM ({sql}) ORDER BY _commit_version", names, table.Folders(call), cancellationToken);
                }),
            formats: RowFormats.All
        );
    }
}
