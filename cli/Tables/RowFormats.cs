namespace Tideway.Cli.Tables;

/// <summary>The values of <c>--output</c> for rows.</summary>
internal static class RowFormats
{
    public static readonly string[] All = ["table", "json", "csv", "parquet"];
}
