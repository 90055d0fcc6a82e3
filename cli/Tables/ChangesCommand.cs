using System.CommandLine;
using Tideway.Cli.CommandLine;
using Tideway.DeltaLog;
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
        var range = new VersionRange();
        var derive = Symbols.Flag(
            "--derive",
            "Also of versions that did not record their changes: compare the rows of the files that came and went. An update is a delete and an insert then"
        );
        return commands.Leaf(
            "changes",
            "Show the rows that changed, how (_change_type) and when, of a table that records it (delta.enableChangeDataFeed)",
            "tideway table changes /srv/tables/orders --from 3 --to 5 --where \"_change_type = 'delete'\"",
            [
                table.Path,
                range.From,
                range.FromTime,
                range.To,
                range.ToTime,
                derive,
                condition.Where,
                output.Limit,
                output.Out,
                output.Compression,
                table.FilesOutside,
            ],
            (call, cancellationToken) =>
                LocalTable.GuardAsync(async () =>
                {
                    var where = condition.Of(call, cancellationToken);
                    await using var writing = output.Begin(call, table.Folders(call));
                    var opened = table.Open(call);
                    var (first, last) = await range.FindAsync(call, opened, cancellationToken);
                    var versions = await ReadAsync(opened, first, last, call.Get(derive), cancellationToken);
                    var snapshot = await opened.LoadAsync(versions[^1].Version, cancellationToken);
                    var options = new ScanOptions { WhereSql = where, DeriveChanges = call.Get(derive) };
                    var sql = await table.Reader(call).ChangesSqlAsync(snapshot, versions, options, cancellationToken);
                    List<string> names = ["_change_type", "_commit_version", "_commit_timestamp", .. snapshot.Schema.Fields.Select(field => field.Name)];
                    await writing.WriteAsync($"SELECT * FROM ({sql}) ORDER BY _commit_version", names, cancellationToken);
                }),
            formats: RowFormats.All
        );
    }

    private static async Task<List<VersionChanges>> ReadAsync(DeltaTable table, long first, long? last, bool derive, CancellationToken cancellationToken)
    {
        var versions = new List<VersionChanges>();
        var changes = derive ? table.ReadChangesAsync(first, last, cancellationToken) : table.ReadChangeDataFeedAsync(first, last, cancellationToken);
        try
        {
            await foreach (var version in changes)
                versions.Add(version);
            return versions;
        }
        catch (DeltaLogException exception) when (exception.Error == DeltaLogError.ChangeDataFeedDisabled)
        {
            throw new CliFailure(ExitCode.Failed, $"{exception.Message} With --derive its changes are found by comparing files.", exception);
        }
    }
}
