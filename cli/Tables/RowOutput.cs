using System.CommandLine;
using System.Text.Json;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;
using Tideway.DeltaLog.Reading;
using Tideway.DuckDb;

namespace Tideway.Cli.Tables;

/// <summary>Where and how rows are written: for people as a table, else as JSON, CSV or Parquet, row by row whatever their number.</summary>
internal sealed class RowOutput
{
    private const int RowsForPeople = 20;

    // About half of what snappy leaves, for less than twice its time.
    private const string DefaultCompression = "zstd";

    private static readonly string[] Compressions = ["zstd", "snappy", "gzip", "uncompressed"];

    public Option<int> Limit { get; } = Symbols.Limit(RowsForPeople);

    public Option<string?> Out { get; } = Symbols.Option("--out", "Write to this new file instead of standard output", "FILE");

    public Option<string?> Compression { get; } = MakeCompression();

    /// <summary>Writes the rows of a SELECT that reads files below <paramref name="folders"/>.</summary>
    public async Task WriteAsync(Call call, string sql, IReadOnlyList<string> names, IReadOnlyList<string> folders, CancellationToken cancellationToken)
    {
        var file = call.Get(Out);
        if (file is not null && Path.Exists(file))
            throw new CliFailure(ExitCode.Conflict, $"--out: {file} is there already.");
        if (call.Has(Compression) && call.Format != "parquet")
            throw new CliFailure(ExitCode.Usage, "--compression needs --output parquet.");
        using var transit = new TransitFile(file);
        using var database = DuckDbDatabase.Open(
            new DuckDbOptions
            {
                Locked = true,
                AllowedDirectories = [.. folders, transit.Folder],
                TempDirectory = transit.Folder,
            }
        );
        using var connection = database.Connect();
        // A person sees the first rows; a program gets them all, unless it says how many.
        var limited = call.Format == "table" || call.Has(Limit) ? $"SELECT * FROM ({sql}) LIMIT {call.Get(Limit)}" : sql;
        switch (call.Format)
        {
            case "csv":
                connection.Execute($"COPY ({limited}) TO {SqlText.Literal(transit.Path)} (FORMAT csv, HEADER)", cancellationToken);
                await transit.PublishAsync(call.Environment, cancellationToken);
                break;
            case "parquet":
                if (file is null && call.Environment.IsOutputTerminal)
                    throw new CliFailure(ExitCode.Usage, "Parquet is nothing for a terminal: give --out FILE, or redirect the output.");
                var compression = call.Get(Compression) ?? DefaultCompression;
                connection.Execute($"COPY ({limited}) TO {SqlText.Literal(transit.Path)} (FORMAT parquet, COMPRESSION {compression})", cancellationToken);
                await transit.PublishAsync(call.Environment, cancellationToken);
                break;
            case "json" when file is not null:
                connection.Execute($"COPY ({limited}) TO {SqlText.Literal(transit.Path)} (FORMAT json, ARRAY true)", cancellationToken);
                await transit.PublishAsync(call.Environment, cancellationToken);
                break;
            case "json":
                WriteJson(call, connection, limited, cancellationToken);
                break;
            default:
                if (file is not null)
                    throw new CliFailure(ExitCode.Usage, "--out needs --output csv, json or parquet.");
                call.Output.List([.. Rows(connection, limited, cancellationToken).Select(text => JsonElement.Parse(text))], [.. names.Select(Field)]);
                break;
        }
    }

    private static Option<string?> MakeCompression()
    {
        var option = Symbols.Option(
            "--compression",
            $"How the pages of a Parquet file are packed: {string.Join(", ", Compressions)}; {DefaultCompression} where not given",
            "CODEC"
        );
        option.AcceptOnlyFromAmong(Compressions);
        return option;
    }

    private static void WriteJson(Call call, DuckDbConnection connection, string sql, CancellationToken cancellationToken)
    {
        var before = "[";
        foreach (var row in Rows(connection, sql, cancellationToken))
        {
            call.Environment.Out.WriteLine(before);
            call.Environment.Out.Write(row);
            before = ",";
        }

        call.Environment.Out.WriteLine(before == "[" ? "[]" : "\n]");
    }

    private static IEnumerable<string> Rows(DuckDbConnection connection, string sql, CancellationToken cancellationToken)
    {
        TableReader.UseUtc(connection);
        using var result = connection.Query($"SELECT CAST(to_json(r) AS VARCHAR) FROM ({sql}) r", cancellationToken);
        foreach (var chunk in result.Chunks(cancellationToken))
        {
            for (var row = 0; row < chunk.RowCount; row++)
                yield return chunk.Column(0).String(row);
        }
    }

    // A name may hold a dot, so it is no path.
    private static Column Field(string name) => new(name, row => row.TryGetProperty(name, out var value) ? Column.Plain(value) : "");
}
