namespace Tideway.DuckDb.Tests;

public sealed class DuckDbVectorTests : IDisposable
{
    private readonly Session session = new();

    [Fact]
    public void Nulls_are_told_by_row_and_as_a_whole()
    {
        using var result = session.Connection.Query("SELECT CASE WHEN i = 70 THEN NULL ELSE i END, i FROM range(100) t(i)");
        using var chunk = result.FetchChunk().ShouldNotBeNull();

        chunk.Column(0).HasNulls.ShouldBeTrue();
        chunk.Column(0).IsNull(70).ShouldBeTrue();
        chunk.Column(0).IsNull(69).ShouldBeFalse();
        chunk.Column(1).HasNulls.ShouldBeFalse();
        chunk.Column(0).Value(70).ShouldBeNull();
        chunk.Column(0).Value(71).ShouldBe(71L);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(2048)]
    public void A_null_in_the_last_row_is_seen(int rows)
    {
        using var result = session.Connection.Query(
            $"SELECT CASE WHEN i = {rows - 1} THEN NULL ELSE i END, CASE WHEN i < 0 THEN NULL ELSE i END FROM range({rows}) t(i)"
        );
        using var chunk = result.FetchChunk().ShouldNotBeNull();

        chunk.RowCount.ShouldBe(rows);
        chunk.Column(0).HasNulls.ShouldBeTrue();
        chunk.Column(1).HasNulls.ShouldBeFalse();
    }

    [Fact]
    public void Spans_give_the_stored_values()
    {
        using var result = session.Connection.Query("SELECT i::INTEGER, 'row ' || i, DATE '1970-01-02' FROM range(1000) t(i) ORDER BY i");
        using var chunk = result.FetchChunk().ShouldNotBeNull();

        chunk.Column(0).Values<int>().ToArray().ShouldBe(Enumerable.Range(0, 1000));
        chunk.Column(1).Utf8(999).ToArray().ShouldBe("row 999"u8.ToArray());
        chunk.Column(1).String(7).ShouldBe("row 7");
        chunk.Column(2).Values<int>()[0].ShouldBe(1);
    }

    [Fact]
    public void A_list_gives_entries_and_elements()
    {
        using var result = session.Connection.Query("SELECT CASE WHEN i = 1 THEN NULL ELSE range(i) END FROM range(4) t(i) ORDER BY i");
        using var chunk = result.FetchChunk().ShouldNotBeNull();
        var list = chunk.Column(0);

        Enumerable.Range(0, 4).Select(row => list.Entry(row).Length).ShouldBe([0, 0, 2, 3]);
        var (offset, length) = list.Entry(3);
        list.Child().Values<long>().Slice(offset, length).ToArray().ShouldBe([0, 1, 2]);
    }

    [Fact]
    public void A_struct_and_a_union_give_their_children()
    {
        using var result = session.Connection.Query("SELECT {'a': 1, 'b': 'x'}, union_value(n := 5)::UNION(s VARCHAR, n INTEGER)");
        using var chunk = result.FetchChunk().ShouldNotBeNull();

        chunk.Column(0).Child(0).Values<int>()[0].ShouldBe(1);
        chunk.Column(0).Child(1).String(0).ShouldBe("x");
        chunk.Column(1).Child(0).Values<byte>()[0].ShouldBe((byte)1);
        chunk.Column(1).Child(2).Values<int>()[0].ShouldBe(5);
    }

    [Fact]
    public void Reading_a_vector_as_another_type_is_refused()
    {
        using var result = session.Connection.Query("SELECT 1::INTEGER, 'x', [1], {'a': 1}");
        using var chunk = result.FetchChunk().ShouldNotBeNull();

        Should.Throw<InvalidOperationException>(() => _ = chunk.Column(0).Values<long>()[0]).Message.ShouldBe("A INTEGER is stored as Int32, not as Int64.");
        Should.Throw<InvalidOperationException>(() => _ = chunk.Column(1).Values<long>()[0]);
        Should.Throw<InvalidOperationException>(() => chunk.Column(0).String(0));
        Should.Throw<InvalidOperationException>(() => chunk.Column(0).Uuid(0));
        Should.Throw<InvalidOperationException>(() => chunk.Column(0).Decimal(0));
        Should.Throw<InvalidOperationException>(() => chunk.Column(0).Date(0));
        Should.Throw<InvalidOperationException>(() => chunk.Column(0).Time(0));
        Should.Throw<InvalidOperationException>(() => chunk.Column(0).Timestamp(0));
        Should.Throw<InvalidOperationException>(() => chunk.Column(0).TimestampTz(0));
        Should.Throw<InvalidOperationException>(() => chunk.Column(0).Entry(0));
        Should.Throw<InvalidOperationException>(() => chunk.Column(0).Child());
        Should.Throw<ArgumentOutOfRangeException>(() => chunk.Column(3).Child(1));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void A_row_outside_of_the_chunk_is_refused(int row)
    {
        using var result = session.Connection.Query("SELECT 'x' FROM range(2)");
        using var chunk = result.FetchChunk().ShouldNotBeNull();

        Should.Throw<ArgumentOutOfRangeException>(() => chunk.Column(0).IsNull(row));
        Should.Throw<ArgumentOutOfRangeException>(() => chunk.Column(0).String(row));
        Should.Throw<ArgumentOutOfRangeException>(() => chunk.Column(row == 2 ? 1 : -1));
    }

    public void Dispose() => session.Dispose();
}
