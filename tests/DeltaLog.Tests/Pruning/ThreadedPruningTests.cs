using System.Text;
using Tideway.DeltaLog.Pruning;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Tests.Pruning;

public sealed class ThreadedPruningTests : IDisposable
{
    private const int Files = 60_000;

    private readonly TableFolder folder = new();

    [Theory]
    [InlineData("id = 123456")]
    [InlineData("id > 300000 AND name < 'n-3'")]
    [InlineData("p = '3' AND id < 90000")]
    [InlineData("p = '3'")]
    [InlineData("p = '3' OR name IS NULL")]
    [InlineData("id >= 0")]
    [InlineData("id < 0")]
    public async Task Several_threads_find_what_one_finds(string sql)
    {
        var snapshot = await CreateAsync();
        var predicate = SqlPredicate.TryParse(sql).ShouldNotBeNull();

        var alone = new FilePruner(snapshot, predicate) { Threads = 1 };
        var together = new FilePruner(snapshot, predicate) { Threads = 4 };

        var expected = alone.Find();
        together.Find().ShouldBe(expected);
        (alone.Count(), together.Count()).ShouldBe((expected.Length, expected.Length));
        snapshot.CountFilesMatching(predicate).ShouldBe(expected.Length);
    }

    public void Dispose() => folder.Dispose();

    private async Task<Snapshot> CreateAsync()
    {
        const string Schema =
            """{\"type\":\"struct\",\"fields\":[{\"name\":\"id\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}},{\"name\":\"name\",\"type\":\"string\",\"nullable\":true,\"metadata\":{}},{\"name\":\"p\",\"type\":\"string\",\"nullable\":true,\"metadata\":{}}]}""";
        var lines = new StringBuilder();
        for (var index = 0; index < Files; index++)
        {
            var stats =
                $$$"""{\"numRecords\":9,\"minValues\":{\"id\":{{{index * 10}}},\"name\":\"n-{{{index % 7}}}\"},\"maxValues\":{\"id\":{{{(index * 10) + 9}}},\"name\":\"n-{{{(index % 7) + 1}}}\"},\"nullCount\":{\"name\":{{{(index % 11 == 0 ? 9 : 0)}}},\"id\":0}}""";
            lines
                .Append(
                    TableFolder
                        .Add($"f{index}", $",\"stats\":\"{stats}\"")
                        .Replace("\"partitionValues\":{}", $"\"partitionValues\":{{\"p\":\"{index % 5}\"}}", StringComparison.Ordinal)
                )
                .Append('\n');
        }

        folder.Commit(
            0,
            TableFolder.Protocol,
            $$$"""{"metaData":{"id":"t1","format":{"provider":"parquet","options":{}},"schemaString":"{{{Schema}}}","partitionColumns":["p"],"configuration":{},"createdTime":1}}""",
            lines.ToString()
        );
        // Some are gone, so that those are passed by.
        folder.Commit(1, [.. Enumerable.Range(0, 500).Select(index => TableFolder.Remove($"f{index * 100}"))]);
        var snapshot = await folder.Table.LoadAsync();
        snapshot.FileCount.ShouldBe(Files - 500);
        return snapshot;
    }
}
