using System.Collections.Immutable;
using System.Text.Json;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;
using Tideway.DeltaLog.Reading;
using Tideway.DuckDb;

namespace Tideway.Cli.Tables;

/// <summary>
/// Rows on their way into a file or onto standard output. Begun before the rows are looked for, which may take long: what cannot be written is refused
/// at once, and DuckDB is loaded meanwhile.
/// </summary>
internal sealed class RowWriting : IAsyncDisposable
{
    private readonly Call call;
    private readonly string? file;
    private readonly string compression;
    private readonly int? limit;
    private readonly TransitFile transit;
    private readonly Task<DuckDbDatabase> opening;

    /// <summary>Begins for the rows of files below <paramref name="folders"/>.</summary>
    /// <exception cref="CliFailure">What is asked for cannot be, or <paramref name="file"/> is there already.</exception>
    public RowWriting(Call call, IReadOnlyList<string> folders, string? file, string compression, int? limit)
    {
        this.call = call;
        this.file = file;
        this.compression = compression;
        this.limit = limit;
        if (file is not null && Path.Exists(file))
            throw new CliFailure(ExitCode.Conflict, $"--out: {file} is there already.");
        if (file is not null && Path.GetDirectoryName(Path.GetFullPath(file)) is var parent && !Directory.Exists(parent))
            throw new CliFailure(ExitCode.NotFound, $"--out: there is no folder {parent}.");
        if (file is not null && call.Format == "table")
            throw new CliFailure(ExitCode.Usage, "--out needs --output csv, json or parquet.");
        if (file is null && call.Format == "parquet" && call.Environment.IsOutputTerminal)
            throw new CliFailure(ExitCode.Usage, "Parquet is nothing for a terminal: give --out FILE, or redirect the output.");
        transit = new TransitFile(file);
        var options = new DuckDbOptions
        {
            Locked = true,
            AllowedDirectories = [.. folders, transit.Folder],
            TempDirectory = transit.Folder,
        };
        opening = Task.Run(() => DuckDbDatabase.Open(options));
    }

    /// <summary>Writes the rows of a SELECT; <paramref name="names"/> are those of its columns.</summary>
    public async Task WriteAsync(string sql, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        using var connection = (await opening).Connect();
        var limited = limit is null ? sql : $"SELECT * FROM ({sql}) LIMIT {limit}";
        if (call.Format == "parquet")
        {
            await CopyAsync(connection, limited, $"FORMAT parquet, COMPRESSION {compression}", cancellationToken);
            return;
        }

        TableReader.UseUtc(connection);
        var columns = ColumnsOf(connection, limited, cancellationToken);
        var shown = TimestampText.Select(limited, columns);
        switch (call.Format)
        {
            case "csv":
                await CopyAsync(connection, shown, "FORMAT csv, HEADER", cancellationToken);
                break;
            case "json" when file is not null && columns.Any(column => HoldsFloats(column.Type)):
                await using (var lines = File.CreateText(transit.Path))
                    WriteJson(lines, connection, shown, cancellationToken);
                await transit.PublishAsync(call.Environment, cancellationToken);
                break;
            case "json" when file is not null:
                await CopyAsync(connection, shown, "FORMAT json, ARRAY true", cancellationToken);
                break;
            case "json":
                WriteJson(call.Environment.Out, connection, shown, cancellationToken);
                break;
            default:
                call.Output.List([.. Rows(connection, shown, cancellationToken).Select(text => JsonElement.Parse(text))], [.. names.Select(Field)]);
                break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Why it did not open was told where rows were to be written, or something else came before.
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully)
            (await opening).Dispose();
        transit.Dispose();
    }

    private async Task CopyAsync(DuckDbConnection connection, string sql, string format, CancellationToken cancellationToken)
    {
        connection.Execute($"COPY ({sql}) TO {SqlText.Literal(transit.Path)} ({format})", cancellationToken);
        await transit.PublishAsync(call.Environment, cancellationToken);
    }

    private static ImmutableArray<DuckDbField> ColumnsOf(DuckDbConnection connection, string sql, CancellationToken cancellationToken)
    {
        using var none = connection.Query($"SELECT * FROM ({sql}) LIMIT 0", cancellationToken);
        return none.Columns;
    }

    // DuckDB writes them as they are, and JSON has no word for some of them.
    private static bool HoldsFloats(DuckDbType type) =>
        type.Kind is DuckDbTypeKind.Float or DuckDbTypeKind.Double
        || (type.ElementType is { } element && HoldsFloats(element))
        || type.Fields.Any(field => HoldsFloats(field.Type));

    private static void WriteJson(TextWriter output, DuckDbConnection connection, string sql, CancellationToken cancellationToken)
    {
        var before = "[";
        foreach (var row in Rows(connection, sql, cancellationToken))
        {
            output.WriteLine(before);
            output.Write(row);
            before = ",";
        }

        output.WriteLine(before == "[" ? "[]" : "\n]");
    }

    private static IEnumerable<string> Rows(DuckDbConnection connection, string sql, CancellationToken cancellationToken)
    {
        using var result = connection.Query($"SELECT CAST(to_json(r) AS VARCHAR) FROM ({sql}) r", cancellationToken);
        foreach (var chunk in result.Chunks(cancellationToken))
        {
            for (var row = 0; row < chunk.RowCount; row++)
                yield return NumberJson.Quote(chunk.Column(0).String(row));
        }
    }

    // A name may hold a dot, so it is no path.
    private static Column Field(string name) => new(name, row => row.TryGetProperty(name, out var value) ? Column.Plain(value) : "");
}
