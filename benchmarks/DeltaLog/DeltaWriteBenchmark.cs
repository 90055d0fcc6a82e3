using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Writing;
using Tideway.DuckDb;

namespace Tideway.Benchmarks.DeltaLog;

/// <summary>Appending rows to a table: the same COPY, and on top of it statistics, files that are on the disk, and a commit.</summary>
internal sealed class DeltaWriteBenchmark : IBenchmark
{
    private const int RoundCount = 5;

    public string Name => "delta-write";

    public string Question =>
        "rows/s of appending 10 million rows to a Delta table; baseline: DuckDB's COPY of the same rows to Parquet, same codec and threads";

    public async Task<IReadOnlyList<Measure>> RunAsync(CancellationToken cancellationToken)
    {
        using var rows = new MeasuredRows();
        var writer = new DeltaTableWriter(rows.Table("appended"));
        await writer.CreateAsync(DuckDbTypes.SchemaOf(rows.Connection, rows.SelectRows), cancellationToken: cancellationToken);
        var (ours, baseline) = (new Rounds("append"), new Rounds("COPY"));
        for (var round = 0; round < RoundCount; round++)
        {
            // Who goes first takes turns, too.
            if (round % 2 == 0)
                await AppendAsync();
            await baseline.MeasureAsync(() => Task.Run(() => Copy(rows), cancellationToken));
            if (round % 2 == 1)
                await AppendAsync();
        }

        return
        [
            new Measure("delta-write", MeasuredRows.Count / ours.Seconds, MeasuredRows.Count / baseline.Seconds, "DuckDB's COPY to one Parquet file", "rows/s"),
            new Measure(
                "delta-write-cpu",
                MeasuredRows.Count / ours.ProcessorSeconds,
                MeasuredRows.Count / baseline.ProcessorSeconds,
                "the same, by time on processors",
                "rows/s"
            ),
        ];

        Task AppendAsync() => ours.MeasureAsync(() => writer.AppendAsync(rows.Connection, rows.SelectRows, cancellationToken: cancellationToken));
    }

    private static void Copy(MeasuredRows rows)
    {
        var target = Path.Combine(rows.Folder, "copied.parquet");
        rows.Connection.Execute($"COPY ({rows.SelectRows}) TO {SqlText.Literal(target)} (FORMAT parquet, COMPRESSION {MeasuredRows.Codec})");
        File.Delete(target);
    }
}
