using Tideway.DeltaLog.Schema;

namespace Tideway.Cli.Tables;

/// <summary>Columns that a command line names, in any case of letters.</summary>
internal static class ColumnNames
{
    /// <summary>Their names as the table has them; refuses one that it does not have.</summary>
    public static IReadOnlyList<string> Of(StructType schema, IReadOnlyList<string> names) =>
        [
            .. names.Select(name =>
                schema.Find(name)?.Name
                ?? throw new CliFailure(
                    ExitCode.Usage,
                    $"The table has no column '{name}'; it has {string.Join(", ", schema.Fields.Select(field => field.Name))}."
                )
            ),
        ];
}
