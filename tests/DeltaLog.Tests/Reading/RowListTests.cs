using Tideway.DeltaLog.DeletionVectors;
using Tideway.DeltaLog.Reading;

namespace Tideway.DeltaLog.Tests.Reading;

public sealed class RowListTests : IDisposable
{
    private const long Million = 1_000_000;

    private readonly LakeFolder lake = new();

    /// <summary>Length of a run of deleted rows, and of what lies between two of them.</summary>
    public static TheoryData<long, long> Patterns =>
        new()
        {
            { 1, 1 },
            { 1, 700 },
            { 3, 100 },
            { 17, 2031 },
            { 2048, 2048 },
            { 5000, 3 },
            { 2047, 1 },
            { 1, 2048 },
            { 100_000, 7 },
            { 300_000, 1 },
        };

    [Theory]
    [MemberData(nameof(Patterns))]
    public async Task Exactly_the_deleted_rows_are_left_out_however_they_lie(long run, long gap)
    {
        const int Rows = 20_000;
        var deleted = Set(Rows, run, gap, offset: 5);
        using var vectors = new DeletionVectorFile();
        var descriptor = vectors.Add(deleted);
        await lake.Folder.Store.PutAsync(vectors.Key, vectors.Content, TestContext.Current.CancellationToken);
        var extra =
            $$""","deletionVector":{"storageType":"u","pathOrInlineDv":"{{descriptor.PathOrInlineDv}}","offset":{{descriptor.Offset}},"sizeInBytes":{{descriptor.SizeInBytes}},"cardinality":{{descriptor.Cardinality}}}""";
        lake.Folder.Commit(
            0,
            LakeFolder.Protocol("deletionVectors"),
            LakeFolder.Metadata(LakeFolder.Field("id", "long")),
            lake.Write("a.parquet", $"SELECT range AS id FROM range({Rows})", extra),
            lake.Write("b.parquet", $"SELECT range AS id FROM range({Rows}, {Rows + 3})")
        );
        var period = $"(id - 5) % {run + gap}";

        var sql = await new TableReader(lake.Folder.Store).ScanSqlAsync(await lake.Folder.Table.LoadAsync());

        lake.Texts($"SELECT count(*), count(*) FILTER (id >= 5 AND {period} < {run} AND id < {Rows}) FROM ({sql})").ShouldBe([$"{Rows + 3 - deleted.Count}|0"]);
        lake.Folder.Commit(1, TableFolder.Remove("a.parquet", extra), lake.Write("a.parquet", $"SELECT range AS id FROM range({Rows})"));
        var changes = await new TableReader(lake.Folder.Store).ChangesSqlAsync(
            await lake.Folder.Table.LoadAsync(),
            await lake.Folder.Table.ReadChangesAsync(1).ToListAsync()
        );
        lake.Texts($"SELECT _change_type, count(*), count(*) FILTER (id >= 5 AND {period} < {run}) FROM ({changes}) GROUP BY 1")
            .ShouldBe([$"insert|{deleted.Count}|{deleted.Count}"]);
    }

    /// <summary>Rows, length of runs, gaps; the most text and the most rows that are handed over.</summary>
    public static TheoryData<long, long, long, long, long> Large =>
        new()
        {
            { 50 * Million, 50 * Million, 1, 1_000, 25_000 },
            { 100 * Million, 10_000, 10_000, 5 * Million, 50_000 },
            { 60 * Million, 5 * Million, 1 * Million, 10_000, 25_000 },
            { 10 * Million, 1, 1, 2 * Million, 5_000 },
            { 50 * Million, 1, 999, 2 * Million, 60_000 },
        };

    [Theory]
    [MemberData(nameof(Large))]
    public void A_vector_of_millions_of_rows_is_handed_over_in_little(long rows, long run, long gap, long mostText, long mostRows)
    {
        var deleted = Set(rows, run, gap, offset: 0);

        var (joins, isListed) = new RowListSql([(0, deleted)]).Test("t.e", "t.r");

        (joins.Length + isListed.Length).ShouldBeLessThan((int)mostText);
        var handedOver = joins
            .Split(" LEFT JOIN ", StringSplitOptions.RemoveEmptyEntries)
            .Select(join => join[..join.LastIndexOf(" ON ", StringComparison.Ordinal)]);
        handedOver.Sum(table => lake.Connection.Scalar<long>($"SELECT count(*) FROM {table}")).ShouldBeLessThan(mostRows);
        foreach (var row in new[] { 0, run - 1, run, rows - 1, rows / 2 })
        {
            var expected = row % (run + gap) < run && row < rows;
            lake.Connection.Scalar<bool>($"SELECT {isListed} FROM (SELECT 0 AS e, {row}::BIGINT AS r) t {joins}").ShouldBe(expected, $"row {row}");
        }
    }

    public void Dispose() => lake.Dispose();

    private static RowSet Set(long rows, long run, long gap, long offset)
    {
        var set = new RowSet();
        for (var start = offset; start < rows; start += run + gap)
            set.Append(start, Math.Min(rows, start + run));
        return set;
    }
}
