using Tideway.DeltaLog;
using Tideway.DeltaLog.Pruning;
using Tideway.DuckDb;

namespace Tideway.Benchmarks.DeltaLog;

/// <summary>How long it takes to open a table with a million files and to count those of a partition.</summary>
internal sealed class DeltaColdBenchmark : IBenchmark
{
    private const int Rounds = 7;

    public string Name => "delta-cold";

    public string Question =>
        "seconds to open a table (checkpoint of 1,000,000 files, 100 commits) and count a partition's files; baseline: DuckDB reading the checkpoint's same columns";

    public async Task<IReadOnlyList<Measure>> RunAsync(CancellationToken cancellationToken)
    {
        using var table = MillionFileTable.Create(cancellationToken);
        using var database = DuckDbDatabase.Open(new DuckDbOptions { PreserveInsertionOrder = false });
        // As services have one: open all the time, and with DuckDB's own settings.
        using var kept = DuckDbDatabase.Open();
        var (ours, given, baseline) = (new List<Timing>(), new List<Timing>(), new List<Timing>());
        // They take turns, so that all meet the same disturbance; the first turn warms up.
        for (var round = 0; round <= Rounds; round++)
        {
            var read = await Timing.OfAsync(() => Task.Run(() => ReadColumns(database, table, cancellationToken), cancellationToken));
            var opened = await Timing.OfAsync(() => OpenAsync(table, new DeltaTableOptions(), cancellationToken));
            var openedWithKept = await Timing.OfAsync(() => OpenAsync(table, new DeltaTableOptions { Database = kept }, cancellationToken));
            if (round == 0)
                continue;
            baseline.Add(read);
            ours.Add(opened);
            given.Add(openedWithKept);
            Console.WriteLine($"  round {round}: ours {opened}, with a database that is open {openedWithKept}, baseline {read}");
        }

        var measures = new List<Measure>
        {
            new("delta-cold", Timing.Median(ours).Seconds, Timing.Median(baseline).Seconds, "DuckDB reading the same columns of the checkpoint", "s"),
            new("delta-cold-cpu", Timing.Median(ours).CpuSeconds, Timing.Median(baseline).CpuSeconds, "the same, processor time", "s"),
            new("delta-cold-kept", Timing.Median(given).Seconds, Timing.Median(baseline).Seconds, "the same, ours with a database that is open", "s"),
            new("delta-cold-kept-cpu", Timing.Median(given).CpuSeconds, Timing.Median(baseline).CpuSeconds, "the same, processor time", "s"),
        };
        if (await ChDb.MeasureAsync(table, cancellationToken) is { } other)
            measures.Add(new Measure("delta-cold-chdb", Timing.Median(ours).Seconds, other, "chDB (delta-kernel-rs) opening the same table", "s"));
        else
            Console.WriteLine("  chDB is not installed (npm package chdb); without it only DuckDB is compared");
        return measures;
    }

    private static async Task OpenAsync(MillionFileTable table, DeltaTableOptions options, CancellationToken cancellationToken)
    {
        var snapshot = await new DeltaTable(table.Store, TimeProvider.System, options).LoadAsync(cancellationToken: cancellationToken);
        var count = snapshot.CountFilesMatching(SqlPredicate.TryParse($"date = DATE '{MillionFileTable.Date}'")!, cancellationToken);
        if (snapshot.Version != table.Latest || count < MillionFileTable.FilesPerDate / 2 || snapshot.FileCount < MillionFileTable.Files)
            throw new InvalidOperationException(
                $"Version {snapshot.Version} with {snapshot.FileCount} files, {count} of them matching, is not what was written."
            );
    }

    private static void ReadColumns(DuckDbDatabase database, MillionFileTable table, CancellationToken cancellationToken)
    {
        using var connection = database.Connect();
        using var result = connection.Query(
            $"""
            SELECT count(*) FILTER (a.partitionValues['date'] = '{MillionFileTable.Date}'), sum(strlen(a.path)), sum(cardinality(a.partitionValues)), sum(a.size),
                sum(a.modificationTime), count(*) FILTER (a.dataChange), sum(strlen(a.stats)), sum(cardinality(a.tags)), count(a.deletionVector.storageType),
                count(a.deletionVector.pathOrInlineDv), count(a.deletionVector.offset), count(a.deletionVector.sizeInBytes), count(a.deletionVector.cardinality),
                count(a.baseRowId), count(a.defaultRowCommitVersion), count(a.clusteringProvider)
            FROM (SELECT "add" AS a FROM read_parquet({SqlText.Literal(table.Checkpoint)}) WHERE "add".path IS NOT NULL)
            """,
            cancellationToken
        );
        var count = (long)result.Rows(cancellationToken).Single()[0]!;
        if (count != MillionFileTable.FilesPerDate)
            throw new InvalidOperationException($"DuckDB counted {count} files, not {MillionFileTable.FilesPerDate}.");
    }
}
