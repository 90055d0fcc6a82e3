using System.Text.Json;
using Tideway.DeltaLog.DeletionVectors;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Writing;

namespace Tideway.DeltaLog.Tests.Writing;

/// <summary>Tables that mark rows as deleted instead of writing their files again.</summary>
public sealed class DeletionMarkTests : IDisposable
{
    private static readonly (string, string) Vectors = (TableProperties.EnableDeletionVectors, "true");

    private readonly WriterFixture fixture = new();

    [Fact]
    public async Task A_deletion_writes_one_file_of_vectors_and_no_data()
    {
        await CreateAsync();

        var result = await fixture.Writer.DeleteAsync(fixture.Connection, "id % 100 = 7");

        (result.RowsDeleted, result.RowsCopied, result.BytesAdded).ShouldBe((20, 0, 0));
        (await fixture.RowsAsync()).ShouldBe(fixture.Texts("SELECT i AS id, 'n' || i AS name FROM range(2000) t(i) WHERE i % 100 <> 7"));
        var files = (await fixture.Table.LoadAsync()).Files.ToList();
        files.Count.ShouldBe(2);
        files.Select(file => file.DeletionVector!.PathOrInlineDv).Distinct().Count().ShouldBe(1);
        files.Select(file => file.DeletionVector!.Offset).Distinct().Count().ShouldBe(2);
        files.ShouldAllBe(file => file.DeletionVector!.Cardinality == 10 && file.PhysicalRecords() == 1000 && file.LogicalRecords() == 990);
        files.ShouldAllBe(file => !JsonDocument.Parse(file.Stats!).RootElement.GetProperty("tightBounds").GetBoolean());
        fixture.DataFiles().Count(name => name.StartsWith("deletion_vector_", StringComparison.Ordinal)).ShouldBe(1);
        (await fixture.Table.LoadAsync()).NumRecords.ShouldBe(1980);
    }

    [Fact]
    public async Task Later_deletions_add_to_the_earlier_ones_and_an_empty_file_goes()
    {
        await CreateAsync();

        await fixture.Writer.DeleteAsync(fixture.Connection, "id < 500");
        await fixture.Writer.DeleteAsync(fixture.Connection, "id BETWEEN 400 AND 599");
        var middle = (await fixture.Table.LoadAsync()).Files.Select(file => file.DeletionVector?.Cardinality ?? 0).Order().ToList();
        await fixture.Writer.DeleteAsync(fixture.Connection, "id < 1000");

        middle.ShouldBe([0, 600]);
        (await fixture.Table.LoadAsync()).Files.Single().DeletionVector.ShouldBeNull();
        (await fixture.RowsAsync()).Count.ShouldBe(1000);
        (await fixture.RowsAsync(3)).Count.ShouldBe(1500);
        (await fixture.RowsAsync(4)).Count.ShouldBe(1400);
    }

    [Fact]
    public async Task An_update_writes_only_the_rows_that_change()
    {
        await CreateAsync(WriterFixture.FeedOn);

        var result = await fixture.Writer.UpdateAsync(fixture.Connection, new Dictionary<string, string> { ["name"] = "'new'" }, "id IN (3, 1500)");

        (result.RowsUpdated, result.RowsCopied).ShouldBe((2, 0));
        (await fixture.Table.LoadAsync()).Files.Sum(file => file.LogicalRecords()).ShouldBe(2000);
        (await fixture.RowsAsync()).Count(row => row.EndsWith("|new", StringComparison.Ordinal)).ShouldBe(2);
        (await fixture.ChangesAsync(3)).ShouldBe([
            "1500|n1500|update_preimage|3",
            "1500|new|update_postimage|3",
            "3|n3|update_preimage|3",
            "3|new|update_postimage|3",
        ]);
    }

    [Fact]
    public async Task A_merge_writes_only_what_comes_and_marks_what_goes()
    {
        await CreateAsync(WriterFixture.FeedOn);

        var result = await fixture.Writer.MergeAsync(
            fixture.Connection,
            new MergeRequest
            {
                SourceSql = "SELECT * FROM (VALUES (1, 'one', 'u'), (2, 'two', 'd'), (5000, 'more', 'u')) t(id, name, op)",
                Keys = ["id"],
                DeleteWhenSql = "op = 'd'",
            }
        );

        (result.RowsInserted, result.RowsUpdated, result.RowsDeleted, result.RowsCopied).ShouldBe((1, 1, 1, 0));
        (await fixture.ChangesAsync(3)).ShouldBe(["1|n1|update_preimage|3", "1|one|update_postimage|3", "2|n2|delete|3", "5000|more|insert|3"]);
        (await fixture.RowsAsync()).Count.ShouldBe(2000);
        var history = await fixture.Table.HistoryAsync().ToListAsync();
        history[0].Info!.OtherMembers["operationMetrics"].ShouldContain("\"numDeletionVectorsAdded\":\"1\"");
    }

    [Fact]
    public async Task A_file_without_statistics_gets_the_number_of_its_rows()
    {
        await CreateAsync();
        var snapshot = await fixture.Table.LoadAsync();
        var transaction = fixture.Table.BeginTransaction(snapshot);
        foreach (var file in snapshot.Files)
        {
            transaction.Remove(file, dataChange: false);
            File.Copy(Path.Combine(fixture.Folder.Path, file.Path), Path.Combine(fixture.Folder.Path, "copy-" + file.Path));
            transaction.Add(file with { Path = "copy-" + file.Path, Stats = null, DataChange = false });
        }

        await transaction.CommitAsync();
        await fixture.Writer.DeleteAsync(fixture.Connection, "id = 1");

        (await fixture.Table.LoadAsync()).Files.Single(file => file.DeletionVector is not null).PhysicalRecords().ShouldBe(1000);
    }

    [Fact]
    public async Task A_conflict_leaves_no_vectors_behind()
    {
        await CreateAsync();
        var snapshot = await fixture.Table.LoadAsync();
        await fixture.Writer.DeleteAsync(fixture.Connection, "id = 1");
        var before = fixture.DataFiles();

        await fixture.Writer.DeleteAsync(fixture.Connection, "id = 2", new WriteOptions { Snapshot = snapshot }).ShouldFailAsync(DeltaLogError.Conflict);

        fixture.DataFiles().ShouldBe(before);
    }

    [Fact]
    public async Task Vectors_are_kept_but_not_added_where_the_property_is_off()
    {
        await CreateAsync();
        await fixture.Writer.DeleteAsync(fixture.Connection, "id = 1");
        var snapshot = await fixture.Table.LoadAsync();
        var off = snapshot.Metadata with { Configuration = new Dictionary<string, string>() };

        await fixture.Writer.DeleteAsync(fixture.Connection, "id = 2", new WriteOptions { Metadata = off });

        (await fixture.Table.LoadAsync()).Files.ShouldAllBe(file => file.DeletionVector == null);
        (await fixture.RowsAsync()).Count.ShouldBe(1998);
    }

    [Fact]
    public void Any_set_of_rows_comes_back_from_its_bytes()
    {
        foreach (var seed in Enumerable.Range(0, 200))
        {
            var random = new Random(seed);
            var rows = new RowSet();
            var position = random.Next(3) == 0 ? 0L : random.NextInt64(1L << 34);
            for (var index = 0; index < random.Next(3000); index++)
            {
                var length = random.Next(5) == 0 ? random.Next(1, 200_000) : random.Next(1, 4);
                rows.Append(position, position + length);
                position += length + random.Next(1, random.Next(1, 40_000));
            }

            var read = RoaringBitmap.Read(RoaringBitmapWriter.Write(rows));

            read.Ranges.ShouldBe(rows.Ranges, $"seed {seed}");
        }
    }

    [Fact]
    public void Sets_of_rows_join_as_sets_do()
    {
        foreach (var seed in Enumerable.Range(0, 200))
        {
            var random = new Random(seed);
            var (left, right) = (Some(random), Some(random));

            Positions(Of(left).Union(Of(right))).ShouldBe(left.Union(right).Order(), $"seed {seed}");
        }

        static HashSet<long> Some(Random random) => [.. Enumerable.Range(0, random.Next(20)).Select(_ => (long)random.Next(40))];

        static RowSet Of(HashSet<long> positions)
        {
            var rows = new RowSet();
            foreach (var position in positions.Order())
                rows.Append(position, position + 1);
            return rows;
        }

        static IEnumerable<long> Positions(RowSet rows) =>
            rows.Ranges.SelectMany(range => Enumerable.Range(0, (int)(range.End - range.Start)).Select(index => range.Start + index));
    }

    // Two files of a thousand rows.
    private async Task CreateAsync(params (string, string)[] more)
    {
        await fixture.CreateAsync("SELECT 1::BIGINT AS id, 'x' AS name", null, [Vectors, .. more]);
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT i AS id, 'n' || i AS name FROM range(1000) t(i)");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT i AS id, 'n' || i AS name FROM range(1000, 2000) t(i)");
    }

    public void Dispose() => fixture.Dispose();
}
