using System.Text.Json;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using static Tideway.DeltaLog.Tests.Writing.TableColumns;

namespace Tideway.DeltaLog.Tests.Writing;

public sealed class StatisticsTests : IDisposable
{
    private const string Select = "SELECT 1 AS a, {'x': 2, 'y': {'z': 3, 'w': 4}} AS st, 5 AS b, [6] AS l, 7 AS \"c.d\"";

    private readonly WriterFixture fixture = new();

    [Theory]
    [InlineData(TableProperties.StatsColumnNames, "b, st.y", """{"st":{"y":{"z":3,"w":4}},"b":5}""")]
    [InlineData(TableProperties.StatsColumnNames, "`c.d`,A", """{"a":1,"c.d":7}""")]
    [InlineData(TableProperties.StatsColumnNames, "st.x , nowhere", """{"st":{"x":2}}""")]
    [InlineData(TableProperties.StatsColumnNames, "", "{}")]
    [InlineData(TableProperties.StatsColumns, "3", """{"a":1,"st":{"x":2,"y":{"z":3}}}""")]
    [InlineData(TableProperties.StatsColumns, "0", "{}")]
    [InlineData(TableProperties.StatsColumns, "-1", """{"a":1,"st":{"x":2,"y":{"z":3,"w":4}},"b":5,"c.d":7}""")]
    public async Task The_table_says_which_columns_get_statistics(string property, string value, string expected)
    {
        await fixture.CreateAsync(Select, null, (property, value));
        await fixture.Writer.AppendAsync(fixture.Connection, Select);

        var stats = await StatsAsync();

        stats.GetProperty("minValues").GetRawText().ShouldBe(expected);
        stats.GetProperty("maxValues").GetRawText().ShouldBe(expected);
        stats.GetProperty("numRecords").GetInt64().ShouldBe(1);
        stats.GetProperty("tightBounds").GetBoolean().ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"clusteringColumns":["b"]}""")]
    [InlineData("""{"clusteringColumns":[["b"]]}""")]
    public async Task Columns_that_the_table_is_clustered_by_always_get_statistics(string clustering)
    {
        fixture.Folder.Commit(
            0,
            """{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["clustering","domainMetadata"]}}""",
            TableFolder
                .Metadata.Replace("\"configuration\":{}", $"\"configuration\":{{\"{TableProperties.StatsColumns}\":\"0\"}}", StringComparison.Ordinal)
                .Replace("\\\"name\\\":\\\"id\\\"", "\\\"name\\\":\\\"b\\\"", StringComparison.Ordinal),
            $$$"""{"domainMetadata":{"domain":"delta.clustering","configuration":{{{JsonSerializer.Serialize(clustering)}}},"removed":false}}"""
        );

        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 5 AS b");

        (await StatsAsync()).GetProperty("minValues").GetRawText().ShouldBe("""{"b":5}""");
    }

    [Fact]
    public async Task Bounds_hold_for_odd_values()
    {
        await fixture.Writer.CreateAsync(
            new StructType([
                Column("d", new PrimitiveType(PrimitiveKind.Double)),
                Column("t", Instant),
                Column("s", Text),
                Column("day", Date),
                Column("money", new DecimalType(38, 2)),
            ])
        );
        var astral = string.Concat(Enumerable.Repeat("\U0001F600", 40));
        await fixture.Writer.AppendAsync(
            fixture.Connection,
            $"SELECT * FROM (VALUES (0.0, TIMESTAMPTZ '9999-12-31 23:59:59.9999+00', '{astral}', DATE '9999-12-31', 99999999999999999999.99), (-0.0, TIMESTAMPTZ '0001-01-01 00:00:00.0001+00', '', DATE '0001-01-01', -0.01)) t(d, t, s, day, money)"
        );

        var stats = await StatsAsync();
        var (min, max) = (stats.GetProperty("minValues"), stats.GetProperty("maxValues"));

        (min.GetProperty("d").GetRawText(), max.GetProperty("d").GetRawText()).ShouldBe(("-0.0", "0.0"));
        min.GetProperty("t").GetString().ShouldBe("0001-01-01T00:00:00.000Z");
        max.TryGetProperty("t", out _).ShouldBeFalse();
        min.GetProperty("s").GetString().ShouldBe("");
        string.CompareOrdinal(max.GetProperty("s").GetString(), astral).ShouldBeGreaterThan(0);
        max.GetProperty("s").GetString()!.Length.ShouldBeLessThan(40);
        (min.GetProperty("money").GetRawText(), max.GetProperty("money").GetRawText()).ShouldBe(("-0.01", "99999999999999999999.99"));
        max.GetProperty("day").GetString().ShouldBe("9999-12-31");
    }

    private async Task<JsonElement> StatsAsync() => JsonDocument.Parse((await fixture.Table.LoadAsync()).Files.Single().Stats!).RootElement;

    public void Dispose() => fixture.Dispose();
}
