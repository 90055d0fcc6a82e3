using System.CommandLine;
using System.Text.Json;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;
using Tideway.DeltaLog.Evolution;

namespace Tideway.Cli.Tables;

/// <summary>Says what a command would do, without doing it.</summary>
internal static class PlanOutput
{
    private static readonly Column[] Columns = [Column.Of("WHAT", "what"), Column.Of("BEFORE", "before"), Column.Of("AFTER", "after")];

    public static Option<bool> DryRun() => Symbols.Flag("--dry-run", "Only say what would be done");

    /// <summary>Shows what would change in a table's schema, properties and protocol.</summary>
    public static void Show(Call call, long version, IReadOnlyList<TableChange> changes)
    {
        var item = JsonSerializer.SerializeToElement(
            new
            {
                version,
                changed = changes.Count > 0,
                dry_run = true,
                changes = Describe(changes),
            }
        );
        call.Output.Item(item, Column.Of("Version", "version"), Column.Of("Would change", "changed"), Column.Of("Dry run", "dry_run"));
        Changes(call, item);
    }

    /// <summary>The changes as they stand in a result.</summary>
    public static IEnumerable<object> Describe(IEnumerable<TableChange> changes) =>
        changes.Select(change => new
        {
            what = change.What,
            before = change.Before,
            after = change.After,
        });

    /// <summary>The part of a result with the changes, below it.</summary>
    public static void Changes(Call call, JsonElement item) => call.Output.Part("Changes", Json.Items(item, "changes"), Columns);
}
