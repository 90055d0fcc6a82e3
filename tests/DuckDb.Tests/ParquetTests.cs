namespace Tideway.DuckDb.Tests;

public sealed class ParquetTests : IDisposable
{
    private const int Rows = 1_000_000;

    private readonly TemporaryFolder folder = new();
    private readonly Session session = new();

    [Fact]
    public void A_million_rows_are_written_and_read()
    {
        var file = SqlText.Literal(folder.File("it's.parquet"));
        session
            .Connection.ExecuteCount(
                $"""
                COPY (
                    SELECT i AS id, 'user ' || (i % 1000) AS name, CASE WHEN i % 10 = 0 THEN NULL ELSE i / 4 END AS price, [i, i + 1] AS list,
                        {"{'city': 'town ' || (i % 7), 'tags': MAP {'k': i % 3}}"} AS address
                    FROM range({Rows}) t(i)
                ) TO {file} (FORMAT parquet, COMPRESSION zstd)
                """
            )
            .ShouldBe(Rows);

        using var result = session.Connection.Query($"SELECT id, name, price, list, address FROM read_parquet({file}) ORDER BY id");
        var next = 0L;
        foreach (var chunk in result.Chunks())
        {
            var ids = chunk.Column(0).Values<long>();
            var (names, prices) = (chunk.Column(1), chunk.Column(2));
            var (lists, cities) = (chunk.Column(3), chunk.Column(4).Child(0));
            var elements = lists.Child().Values<long>();
            for (var row = 0; row < chunk.RowCount; row++, next++)
            {
                if (ids[row] != next)
                    ids[row].ShouldBe(next);
                if (prices.IsNull(row) != (next % 10 == 0))
                    prices.IsNull(row).ShouldBe(next % 10 == 0);
                if (elements[lists.Entry(row).Offset + 1] != next + 1)
                    elements[lists.Entry(row).Offset + 1].ShouldBe(next + 1);
                if (next % 1000 != 0)
                    continue;
                names.String(row).ShouldBe($"user {next % 1000}");
                cities.String(row).ShouldBe($"town {next % 7}");
                var address = chunk.Column(4).Value(row).ShouldBeOfType<Dictionary<string, object?>>();
                address["city"].ShouldBe($"town {next % 7}");
                address["tags"].ShouldBeOfType<Dictionary<object, object?>>()["k"].ShouldBe(next % 3);
            }
        }

        next.ShouldBe(Rows);
    }

    [Fact]
    public void A_damaged_file_is_an_error()
    {
        File.WriteAllText(folder.File("x.parquet"), "PAR1 this is no Parquet PAR1");

        Should.Throw<DuckDbException>(() => session.Rows($"SELECT * FROM {SqlText.Literal(folder.File("x.parquet"))}"));
    }

    public void Dispose()
    {
        session.Dispose();
        folder.Dispose();
    }
}
