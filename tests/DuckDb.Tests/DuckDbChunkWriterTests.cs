namespace Tideway.DuckDb.Tests;

public sealed class DuckDbChunkWriterTests : IDisposable
{
    private readonly Session session = new();

    [Fact]
    public void Whole_columns_are_written_many_chunks_long()
    {
        const int chunks = 50;
        session.Connection.Execute("CREATE TABLE t (id BIGINT, name VARCHAR, price DECIMAL(9,2), key UUID, day DATE, ts TIMESTAMP, tz TIMESTAMPTZ, raw BLOB)");
        using var appender = session.Connection.CreateAppender("t");
        using var chunk = appender.CreateChunk();
        for (var written = 0; written < chunks; written++)
        {
            chunk.RowCount = DuckDbChunkWriter.Capacity;
            var ids = chunk.Column(0).Values<long>();
            for (var row = 0; row < chunk.RowCount; row++)
            {
                ids[row] = (written * chunk.RowCount) + row;
                if (row % 2 == 0)
                    chunk.Column(1).SetNull(row);
                else
                    chunk.Column(1).SetString(row, $"a name of more than twelve bytes {ids[row]}");
                chunk.Column(2).SetDecimal(row, row / 4m);
                chunk.Column(3).SetUuid(row, Guid.AllBitsSet);
                chunk.Column(4).SetDate(row, new DateOnly(2024, 1, 1));
                chunk.Column(5).SetTimestamp(row, DateTime.UnixEpoch);
                chunk.Column(6).SetTimestampTz(row, DateTimeOffset.UnixEpoch);
                chunk.Column(7).SetBlob(row, [0, 255]);
            }

            appender.Append(chunk);
        }

        appender.Close();

        const long rows = chunks * 2048;
        session
            .Rows("SELECT count(*), sum(id), count(name), sum(price), max(name), any_value(key), min(day), max(ts), max(tz), any_value(raw) FROM t")
            .ShouldHaveSingleItem()
            .ShouldBeEquivalentTo(
                new object?[]
                {
                    rows,
                    (Int128)(rows * (rows - 1) / 2),
                    rows / 2,
                    26_201_600m,
                    "a name of more than twelve bytes 99999",
                    Guid.AllBitsSet,
                    new DateOnly(2024, 1, 1),
                    new DateTime(1970, 1, 1),
                    DateTimeOffset.UnixEpoch,
                    new byte[] { 0, 255 },
                }
            );
    }

    [Fact]
    public void Lists_of_structs_of_maps_are_written()
    {
        session.Connection.Execute("CREATE TABLE t (c STRUCT(id INTEGER, tags MAP(VARCHAR, INTEGER))[])");
        using var appender = session.Connection.CreateAppender("t");
        using var chunk = appender.CreateChunk();
        chunk.RowCount = 3;
        var list = chunk.Column(0);
        list.SetElementCount(3);
        list.Values<DuckDbListEntry>()[0] = new DuckDbListEntry(0, 2);
        list.SetNull(1);
        list.Values<DuckDbListEntry>()[2] = new DuckDbListEntry(2, 1);
        var item = list.Child();
        item.SetNull(1);
        item.Child(0).Values<int>()[0] = 10;
        item.Child(0).Values<int>()[2] = 30;
        var tags = item.Child(1);
        tags.SetElementCount(2);
        tags.Values<DuckDbListEntry>()[0] = new DuckDbListEntry(0, 2);
        tags.Values<DuckDbListEntry>()[2] = new DuckDbListEntry(2, 0);
        tags.Child().Child(0).SetUtf8(0, "one"u8);
        tags.Child().Child(0).SetUtf8(1, "two"u8);
        tags.Child().Child(1).Values<int>()[0] = 1;
        tags.Child().Child(1).SetNull(1);

        appender.Append(chunk).Close();

        session
            .Rows("SELECT c::VARCHAR FROM t")
            .Select(row => row[0])
            .ShouldBe(["[{'id': 10, 'tags': {one=1, two=NULL}}, NULL]", null, "[{'id': 30, 'tags': {}}]"]);
    }

    [Fact]
    public void Structs_and_arrays_are_written_with_nulls()
    {
        session.Connection.Execute("CREATE TABLE t (s STRUCT(a INTEGER, b VARCHAR), v FLOAT[2])");
        using var appender = session.Connection.CreateAppender("t");
        using var chunk = appender.CreateChunk();
        chunk.RowCount = 2;
        chunk.Column(0).Child(0).Values<int>()[0] = 1;
        chunk.Column(0).Child(1).SetString(0, "x");
        chunk.Column(0).SetNull(1);
        chunk.Column(1).SetNull(0);
        chunk.Column(1).Child().Values<float>()[2] = 1.5f;
        chunk.Column(1).Child().Values<float>()[3] = 2.5f;

        appender.Append(chunk).Close();

        session
            .Rows("SELECT s::VARCHAR, v::VARCHAR FROM t")
            .ShouldBe([
                ["{'a': 1, 'b': x}", null],
                [null, "[1.5, 2.5]"],
            ]);
    }

    [Theory]
    [InlineData("DECIMAL(4,2)", "99.99", true)]
    [InlineData("DECIMAL(4,2)", "100", false)]
    [InlineData("DECIMAL(4,2)", "0.001", false)]
    [InlineData("DECIMAL(4,2)", "1.500", true)]
    [InlineData("DECIMAL(9,0)", "-999999999", true)]
    [InlineData("DECIMAL(18,18)", "0.123456789012345678", true)]
    [InlineData("DECIMAL(38,10)", "79228162514264337593543950335", false)]
    [InlineData("DECIMAL(38,9)", "79228162514264337593543950335", true)]
    public void A_decimal_is_written_if_no_digit_is_lost(string type, string text, bool fits)
    {
        var value = decimal.Parse(text);
        session.Connection.Execute($"CREATE TABLE t (a {type})");
        using var appender = session.Connection.CreateAppender("t");
        using var chunk = appender.CreateChunk();
        chunk.RowCount = 1;
        if (!fits)
        {
            Should.Throw<DuckDbException>(() => chunk.Column(0).SetDecimal(0, value)).Error.ShouldBe(DuckDbError.OutOfRange);
            return;
        }

        chunk.Column(0).SetDecimal(0, value);
        appender.Append(chunk).Close();
        session.Value("SELECT a FROM t").ShouldBe(value);
    }

    [Fact]
    public void What_does_not_fit_the_column_is_refused()
    {
        session.Connection.Execute("CREATE TABLE t (i INTEGER, s VARCHAR, b BLOB)");
        using var appender = session.Connection.CreateAppender("t");
        using var chunk = appender.CreateChunk();

        Should.Throw<InvalidOperationException>(() => chunk.Column(0).Values<long>()[0] = 1);
        Should.Throw<InvalidOperationException>(() => chunk.Column(0).SetString(0, "x"));
        Should.Throw<InvalidOperationException>(() => chunk.Column(1).SetBlob(0, [1]));
        Should.Throw<InvalidOperationException>(() => chunk.Column(0).SetElementCount(1));
        Should.Throw<InvalidOperationException>(() => chunk.Column(0).Child());
        Should.Throw<ArgumentException>(() => chunk.Column(1).SetUtf8(0, [0xC3, 0x28]));
        Should.Throw<ArgumentOutOfRangeException>(() => chunk.Column(1).SetString(DuckDbChunkWriter.Capacity, "x"));
        Should.Throw<ArgumentOutOfRangeException>(() => chunk.RowCount = DuckDbChunkWriter.Capacity + 1);
    }

    public void Dispose() => session.Dispose();
}
