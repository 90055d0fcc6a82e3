using Tideway.DeltaLog.Evolution;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Tests.Writing;

namespace Tideway.DeltaLog.Tests.Reading;

/// <summary>Structs whose fields all came after a file was written, or were dropped since.</summary>
public sealed class ReplacedFieldsTests : IDisposable
{
    private readonly LakeFolder lake = new();

    [Fact]
    public async Task A_struct_without_any_field_of_the_schema_is_one_of_nulls()
    {
        lake.Folder.Commit(
            0,
            TableFolder.Protocol,
            LakeFolder.Metadata(
                $"{LakeFolder.Field("id", "long")},{LakeFolder.Field("s", Struct(LakeFolder.Field("c", "long"), LakeFolder.Field("d", "date")))}"
            ),
            lake.Write("old.parquet", "SELECT i AS id, CASE WHEN i = 0 THEN {'a': i, 'b': [{'x': 1}]} END AS s FROM range(2) t(i)"),
            lake.Write("none.parquet", "SELECT 2::BIGINT AS id"),
            lake.Write("new.parquet", "SELECT 3::BIGINT AS id, {'c': 7} AS s")
        );

        (await lake.RowsAsync()).ShouldBe(["0|{'c': NULL, 'd': NULL}", "1|~", "2|~", "3|{'c': 7, 'd': NULL}"]);
    }

    [Fact]
    public async Task Such_structs_are_read_wherever_they_are_nested()
    {
        var inner = Struct(LakeFolder.Field("new", "string"));
        string[] fields =
        [
            LakeFolder.Field("l", $$$"""{"type":"array","elementType":{{{inner}}},"containsNull":true}"""),
            LakeFolder.Field("m", $$$"""{"type":"map","keyType":"string","valueType":{{{inner}}},"valueContainsNull":true}"""),
            LakeFolder.Field("s", Struct(LakeFolder.Field("kept", "integer"), LakeFolder.Field("inner", inner))),
        ];
        lake.Folder.Commit(
            0,
            TableFolder.Protocol,
            LakeFolder.Metadata(string.Join(',', fields)),
            lake.Write(
                "a.parquet",
                "SELECT [{'old': 1}, NULL] AS l, MAP {'k': {'old': 1}, 'n': NULL} AS m, {'kept': 5, 'inner': {'old': {'deep': 'x'}}} AS s"
                    + " UNION ALL SELECT NULL, NULL, {'kept': 6, 'inner': NULL}"
            )
        );

        (await lake.RowsAsync()).ShouldBe(
            ["[{'new': NULL}, NULL]|{k={'new': NULL}, n=NULL}|{'kept': 5, 'inner': {'new': NULL}}", "~|~|{'kept': 6, 'inner': NULL}"],
            ignoreOrder: true
        );
    }

    [Theory]
    [InlineData("name")]
    [InlineData("id")]
    public async Task Fields_that_replaced_all_others_are_null_in_older_rows(string mode)
    {
        using var fixture = new WriterFixture();
        await fixture.CreateAsync("SELECT 1 AS id, {'a': 1} AS s", null, (ColumnMapping.ModeProperty, mode), WriterFixture.FeedOn);
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT i::INT AS id, CASE WHEN i > 0 THEN {'a': i::INT} END AS s FROM range(2) t(i)");
        var evolution = new TableEvolution(fixture.Table);
        await evolution.AddColumnAsync("s.b", new PrimitiveType(PrimitiveKind.String));
        await evolution.DropColumnAsync("s.a");
        await evolution.AddColumnAsync("s.a", new PrimitiveType(PrimitiveKind.Date));
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 2 AS id, {'b': 'x', 'a': DATE '2026-01-02'} AS s");

        (await fixture.RowsAsync()).ShouldBe(["0|~", "1|{'b': NULL, 'a': NULL}", "2|{'b': x, 'a': 2026-01-02}"]);
        await fixture.Writer.UpdateAsync(fixture.Connection, new Dictionary<string, string> { ["id"] = "id + 10" }, "id < 2");
        (await fixture.RowsAsync()).ShouldBe(["10|~", "11|{'b': NULL, 'a': NULL}", "2|{'b': x, 'a': 2026-01-02}"]);
    }

    public void Dispose() => lake.Dispose();

    private static string Struct(params string[] fields) => $$$"""{"type":"struct","fields":[{{{string.Join(',', fields)}}}]}""";
}
