namespace Tideway.DuckDb.Tests;

public sealed class DuckDbTypeTests : IDisposable
{
    private readonly Session session = new();

    [Theory]
    [InlineData("INTEGER")]
    [InlineData("DECIMAL(38,7)")]
    [InlineData("VARCHAR[][]")]
    [InlineData("DOUBLE[3]")]
    [InlineData("MAP(VARCHAR, INTEGER[])")]
    [InlineData("STRUCT(\"a\" INTEGER, \"b c\" STRUCT(\"d\" DATE))")]
    [InlineData("UNION(\"n\" INTEGER, \"s\" VARCHAR)")]
    [InlineData("ENUM('x', 'it''s')")]
    [InlineData("TIMESTAMP WITH TIME ZONE")]
    [InlineData("TIME WITH TIME ZONE")]
    [InlineData("TIMESTAMP_NS")]
    [InlineData("UHUGEINT")]
    public void A_type_is_written_as_sql_reads_it(string sql)
    {
        using var result = session.Connection.Query($"SELECT NULL::{sql} AS c");

        result.Columns.ShouldHaveSingleItem().Type.ToString().ShouldBe(sql);
        session.Rows($"SELECT NULL::{result.Columns[0].Type}").Count.ShouldBe(1);
    }

    [Fact]
    public void A_type_tells_its_parameters()
    {
        using var result = session.Connection.Query(
            "SELECT NULL::MAP(VARCHAR, DECIMAL(12,3)) AS m, NULL::INTEGER[4] AS a, NULL::ENUM('x', 'y') AS e, NULL::JSON AS j"
        );
        var (map, array, names, json) = (result.Columns[0].Type, result.Columns[1].Type, result.Columns[2].Type, result.Columns[3].Type);

        map.KeyType!.Kind.ShouldBe(DuckDbTypeKind.Varchar);
        map.ValueType!.Width.ShouldBe(12);
        map.ValueType.Scale.ShouldBe(3);
        array.ArraySize.ShouldBe(4);
        array.ElementType!.Kind.ShouldBe(DuckDbTypeKind.Integer);
        names.EnumNames.ShouldBe(["x", "y"]);
        json.Kind.ShouldBe(DuckDbTypeKind.Varchar);
        json.Alias.ShouldBe("JSON");
    }

    [Fact]
    public void Columns_are_found_by_name()
    {
        using var result = session.Connection.Query("SELECT 1 AS a, 2 AS \"B\"");

        result.Ordinal("B").ShouldBe(1);
        Should.Throw<ArgumentException>(() => result.Ordinal("b")).Message.ShouldContain("found a, B");
    }

    [Theory]
    [InlineData(200)]
    [InlineData(300)]
    [InlineData(70_000)]
    public void An_enum_is_read_whatever_the_number_of_its_names(int count)
    {
        session.Connection.Execute($"CREATE TYPE e AS ENUM (SELECT 'name' || i FROM range({count}) t(i) ORDER BY i)");

        session.Rows($"SELECT ('name' || i)::e FROM (VALUES (0), ({count - 1})) t(i)").Select(row => row[0]).ShouldBe(["name0", $"name{count - 1}"]);
    }

    public void Dispose() => session.Dispose();
}
