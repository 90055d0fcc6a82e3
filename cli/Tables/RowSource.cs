using System.CommandLine;
using Tideway.Cli.CommandLine;
using Tideway.DuckDb;

namespace Tideway.Cli.Tables;

/// <summary>Where rows to be written come from.</summary>
internal sealed class RowSource
{
    public Option<string?> File { get; } = Symbols.Option("--from", "A Parquet, CSV or JSON file with the rows", "FILE");

    public Option<string?> Sql { get; } = Symbols.Option("--sql", "A query of DuckDB that gives the rows; it can read any file that you can", "SELECT");

    /// <summary>A SELECT of the rows.</summary>
    public string Of(Call call)
    {
        var (file, sql) = (call.Get(File), call.Get(Sql));
        if (file is null == sql is null)
            throw new CliFailure(ExitCode.Usage, "One of --from and --sql is needed, and not both.");
        if (sql is not null)
            return sql.Trim().TrimEnd(';');
        if (!System.IO.File.Exists(file))
            throw new CliFailure(ExitCode.NotFound, $"There is no file {file}.");
        var function = Path.GetExtension(file).ToUpperInvariant() switch
        {
            ".PARQUET" => "read_parquet",
            ".CSV" or ".TSV" => "read_csv",
            ".JSON" or ".NDJSON" or ".JSONL" => "read_json",
            var other => throw new CliFailure(
                ExitCode.Usage,
                $"--from must end in .parquet, .csv, .tsv, .json, .ndjson or .jsonl; got '{other}'. For other files there is --sql."
            ),
        };
        // In DuckDB these characters would stand for other names; in brackets they stand for themselves.
        var name = string.Concat(Path.GetFullPath(file).Select(character => character is '*' or '?' or '[' ? $"[{character}]" : $"{character}"));
        return $"SELECT * FROM {function}({SqlText.Literal(name)})";
    }
}
