using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Writing;
using Tideway.DuckDb;

namespace Tideway.Benchmarks.DeltaLog;

/// <summary>Merging changed rows by key into a table all of whose files hold some, by writing the files again and by deletion vectors.</summary>
internal sealed class DeltaMergeBenchmark : IBenchmark
{
    private const int RoundCount = 5;

    public string Name => "delta-merge";

    public string Question => "rows/s of a table that 1 % changed keys are merged into (10 million rows); baseline: the same join and rewrite in plain DuckDB";

    public async Task<IReadOnlyList<Measure>> RunAsync(CancellationToken cancellationToken)
    {
        using var rows = new MeasuredRows();
        var (rewriting, marking) = (await CreateAsync(rows, "rewritten", cancellationToken), await CreateAsync(rows, "marked", cancellationToken));
        var (ours, vectors, baseline) = (new Rounds("merge"), new Rounds("merge with deletion vectors"), new Rounds("join and rewrite"));
        for (var round = 0; round < RoundCount; round++)
        {
            var changed = Change(rows, round);
            var request = new MergeRequest { SourceSql = $"SELECT * FROM read_parquet({SqlText.Literal(changed)})", Keys = ["id"] };
            var files = await FilesAsync(rows, cancellationToken);
            if (round % 2 == 0)
                await MergeAsync(ours, rewriting, request);
            await baseline.MeasureAsync(() => Task.Run(() => Rewrite(rows, files, changed), cancellationToken));
            if (round % 2 == 1)
                await MergeAsync(ours, rewriting, request);
            await MergeAsync(vectors, marking, request);
        }

        return
        [
            Compare("delta-merge", ours.Seconds, baseline.Seconds, "join and rewrite in plain DuckDB"),
            Compare("delta-merge-cpu", ours.ProcessorSeconds, baseline.ProcessorSeconds, "the same, by time on processors"),
            Compare("delta-merge-vectors", vectors.Seconds, baseline.Seconds, "join and rewrite in plain DuckDB"),
        ];

        Task MergeAsync(Rounds times, DeltaTableWriter writer, MergeRequest request) =>
            times.MeasureAsync(() => writer.MergeAsync(rows.Connection, request, cancellationToken: cancellationToken));
    }

    // Other rows each round: those that were changed before stand together, and would leave other files alone.
    private static string Change(MeasuredRows rows, int round)
    {
        var changed = Path.Combine(rows.Folder, $"changed-{round}.parquet");
        rows.Connection.Execute(
            $"COPY (SELECT * REPLACE (amount + 1 AS amount, 'changed' AS reference) FROM ({rows.SelectRows}) WHERE id % 100 = {round}) TO {SqlText.Literal(changed)} (FORMAT parquet)"
        );
        return changed;
    }

    private static Measure Compare(string name, double ours, double baseline, string baselineName) =>
        new(name, MeasuredRows.Count / ours, MeasuredRows.Count / baseline, baselineName, "rows/s");

    private static async Task<DeltaTableWriter> CreateAsync(MeasuredRows rows, string name, CancellationToken cancellationToken)
    {
        var writer = new DeltaTableWriter(rows.Table(name));
        var properties = new Dictionary<string, string> { [TableProperties.EnableDeletionVectors] = name == "marked" ? "true" : "false" };
        await writer.CreateAsync(DuckDbTypes.SchemaOf(rows.Connection, rows.SelectRows), [], properties, cancellationToken: cancellationToken);
        await writer.AppendAsync(rows.Connection, rows.SelectRows, cancellationToken: cancellationToken);
        return writer;
    }

    private static async Task<List<string>> FilesAsync(MeasuredRows rows, CancellationToken cancellationToken)
    {
        var table = rows.Table("rewritten");
        var snapshot = await table.LoadAsync(cancellationToken: cancellationToken);
        return [.. snapshot.Files.Select(file => Path.Combine(rows.Folder, "rewritten", file.Path))];
    }

    private static void Rewrite(MeasuredRows rows, List<string> files, string changed)
    {
        var target = Path.Combine(rows.Folder, "joined.parquet");
        rows.Connection.Execute(
            $"""
            COPY (
                SELECT * FROM read_parquet({SqlText.LiteralList(files)}) t ANTI JOIN read_parquet({SqlText.Literal(changed)}) s USING (id)
                UNION ALL SELECT * FROM read_parquet({SqlText.Literal(changed)})
            ) TO {SqlText.Literal(target)} (FORMAT parquet, COMPRESSION {MeasuredRows.Codec})
            """
        );
        File.Delete(target);
    }
}
