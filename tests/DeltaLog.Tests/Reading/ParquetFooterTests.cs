using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Tests.Conformance;

namespace Tideway.DeltaLog.Tests.Reading;

public sealed class ParquetFooterTests : IDisposable
{
    private readonly LakeFolder lake = new();

    [Fact]
    public void Columns_are_told_with_their_ids_and_what_their_bytes_are()
    {
        lake.Write(
            "a.parquet",
            "SELECT 1 AS i, 'x' AS t, 'x'::BLOB AS b, [{'n': 'y'}] AS l, MAP {'k': {'v': 1.5::DECIMAL(38, 2)}} AS m",
            options: ", FIELD_IDS {i: 1, t: 2, l: {__duckdb_field_id: 4, element: {n: 5}}}"
        );

        var root = Read("a.parquet");

        root.Children.Select(child => child.Name).ShouldBe(["i", "t", "b", "l", "m"]);
        root.Child("T")!.Bytes.ShouldBe(ByteMeaning.Text);
        root.Child("b")!.Bytes.ShouldBe(ByteMeaning.Unmarked);
        root.Child("i")!.Bytes.ShouldBe(ByteMeaning.Other);
        root.Child("l")!.Element!.Child("n")!.Bytes.ShouldBe(ByteMeaning.Text);
        root.Child("m")!.Key!.Bytes.ShouldBe(ByteMeaning.Text);
        root.Child("m")!.Value!.Child("v")!.Bytes.ShouldBe(ByteMeaning.Other);
        root.NamesById().OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}:{pair.Value}").ShouldBe(["1:i", "2:t", "4:l", "5:n"]);
    }

    [Fact]
    public void A_file_with_a_long_footer_is_read()
    {
        lake.Write("long.parquet", $"SELECT {string.Join(", ", Enumerable.Range(0, 400).Select(index => $"'x' AS column_{index}"))} FROM range(300000)");

        Read("long.parquet").Children.Count.ShouldBe(400);
    }

    /// <summary>Files of other engines, with columns of many kinds.</summary>
    public static TheoryData<string> Tables =>
        [
            "dat/nested_types",
            "golden/parquet-all-types",
            "golden/parquet-all-types-legacy-format",
            "golden/table-with-columnmapping-mode-id",
            "delta-rs/spark-variant-checkpoint",
        ];

    [Theory]
    [MemberData(nameof(Tables))]
    public void Files_of_other_engines_have_the_columns_that_the_engine_sees(string table)
    {
        foreach (var path in Directory.GetFiles(TestTables.Folder(table), "*.parquet", SearchOption.AllDirectories))
        {
            var root = ParquetFooter.Parse(ParquetFooter.ReadSchema(path));

            Flat(root)
                .ShouldBe(lake.Connection.Query($"SELECT name, num_children FROM parquet_schema('{path}')").Rows().Select(row => $"{row[0]}:{row[1] ?? 0}"));
        }

        static IEnumerable<string> Flat(ParquetNode node) => node.Children.SelectMany(Flat).Prepend($"{node.Name}:{node.Children.Count}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("PAR1")]
    [InlineData("PAR1\u0001\u0000\u0000\u0000PAR1")]
    [InlineData("PAR1xxxxPAR1")]
    [InlineData("PAR1\u00ff\u00ff\u00ff\u00ffPAR1")]
    public void What_is_no_parquet_file_is_told(string content)
    {
        var path = Path.Combine(lake.Folder.Path, "x.parquet");
        File.WriteAllBytes(path, [.. content.Select(letter => (byte)letter)]);

        Should.Throw<FormatException>(() => ParquetFooter.ReadSchema(path));
    }

    [Fact]
    public void Damaged_footers_give_columns_or_are_refused_and_nothing_else()
    {
        lake.Write("a.parquet", "SELECT 1 AS i, 'x' AS t, [{'n': 'y', 'm': [1]}] AS l, MAP {'k': {'v': 1}} AS m");
        var good = ParquetFooter.ReadSchema(Path.Combine(lake.Folder.Path, "a.parquet"));
        var random = new Random(7);
        for (var round = 0; round < 50_000; round++)
        {
            var bytes = good.ToArray();
            for (var change = random.Next(1, 6); change > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var cut = random.Next(4) == 0 ? random.Next(bytes.Length) : bytes.Length;
            try
            {
                ParquetFooter.Parse(bytes.AsSpan(0, cut));
            }
            catch (Exception exception) when (exception is FormatException or OverflowException)
            {
                // Refused, as it should be.
            }
        }
    }

    public void Dispose() => lake.Dispose();

    private ParquetNode Read(string name) => ParquetFooter.Parse(ParquetFooter.ReadSchema(Path.Combine(lake.Folder.Path, name)));
}
