using System.CommandLine;
using Tideway.Cli.CommandLine;

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

    /// <summary>Begins to write rows of files below <paramref name="folders"/>. A person sees the first rows; a program gets them all, unless it says how many.</summary>
    public RowWriting Begin(Call call, IReadOnlyList<string> folders)
    {
        if (call.Has(Compression) && call.Format != "parquet")
            throw new CliFailure(ExitCode.Usage, "--compression needs --output parquet.");
        int? limit = call.Format == "table" || call.Has(Limit) ? call.Get(Limit) : null;
        return new RowWriting(call, folders, call.Get(Out), call.Get(Compression) ?? DefaultCompression, limit);
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
}
