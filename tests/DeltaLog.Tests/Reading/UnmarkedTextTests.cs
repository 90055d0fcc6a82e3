using Tideway.DuckDb;

namespace Tideway.DeltaLog.Tests.Reading;

/// <summary>Files of old engines, which do not say which bytes are text.</summary>
public sealed class UnmarkedTextTests : IDisposable
{
    private const string Text = "encode('\u00e4\\x41\u20ac')";
    private const string Shown = "\u00e4\\x41\u20ac";

    private readonly LakeFolder lake = new();

    [Theory]
    [InlineData("binary", "'\\xAA\\x00A'::BLOB", "\\xAA\\x00A")]
    [InlineData("variant", "{'metadata': '\\x01\\x00\\x00'::BLOB, 'value': '\\x0C\\x05'::BLOB}", "5")]
    public async Task Text_is_text_beside_columns_of_bytes(string type, string value, string shown)
    {
        Create(LakeFolder.Field("t", "string") + "," + LakeFolder.Field("b", type), lake.Write("a.parquet", $"SELECT {Text} AS t, {value} AS b"));

        (await lake.RowsAsync()).ShouldBe([$"{Shown}|{shown}"]);
    }

    [Fact]
    public async Task Files_that_say_it_and_files_that_do_not_are_read_together()
    {
        Create(
            LakeFolder.Field("id", "long") + "," + LakeFolder.Field("t", "string") + "," + LakeFolder.Field("b", "binary"),
            lake.Write("a.parquet", $"SELECT 1::BIGINT AS id, {Text} AS t, 'x'::BLOB AS b"),
            lake.Write("b.parquet", $"SELECT 2::BIGINT AS id, '{Shown}' AS t, 'x'::BLOB AS b"),
            lake.Write("c.parquet", "SELECT 3::BIGINT AS id, 'y'::BLOB AS b"),
            lake.Write("d.parquet", $"SELECT 4::BIGINT AS id, NULL::BLOB AS t, '{Shown}' AS b")
        );

        (await lake.RowsAsync()).ShouldBe([$"1|{Shown}|x", $"2|{Shown}|x", "3|~|y", "4|~|\\xC3\\xA4\\x5Cx41\\xE2\\x82\\xAC"]);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("name")]
    [InlineData("id")]
    public async Task Text_within_lists_maps_and_structs_is_text(string mode)
    {
        var isMapped = mode != "none";
        string[] fields =
        [
            LakeFolder.Field("b", "binary", Mapped(1, "p1")),
            LakeFolder.Field("l", """{"type":"array","elementType":"string","containsNull":true}""", Mapped(2, "p2")),
            LakeFolder.Field("m", """{"type":"map","keyType":"string","valueType":"binary","valueContainsNull":true}""", Mapped(3, "p3")),
            LakeFolder.Field(
                "s",
                $$$"""{"type":"struct","fields":[{{{LakeFolder.Field("t", "string", Mapped(5, "p5"))}}},{{{LakeFolder.Field("u", "string", Mapped(6, "p6"))}}}]}""",
                Mapped(4, "p4")
            ),
        ];
        var (b, l, m, s, t, u) = isMapped ? ("p1", "p2", "p3", "p4", "p5", "p6") : ("b", "l", "m", "s", "t", "u");
        lake.Folder.Commit(
            0,
            isMapped ? LakeFolder.Protocol("columnMapping") : TableFolder.Protocol,
            LakeFolder.Metadata(string.Join(',', fields), null, ("delta.columnMapping.mode", mode)),
            lake.Write(
                "a.parquet",
                $"SELECT '\\xAA'::BLOB AS {b}, [{Text}, NULL] AS {l}, MAP {{{Text}: '\\xBB'::BLOB}} AS {m}, {{'{t}': {Text}, '{u}': 'marked'}} AS {s}",
                options: isMapped ? $", FIELD_IDS {{{b}: 1, {l}: 2, {m}: 3, {s}: {{__duckdb_field_id: 4, {t}: 5, {u}: 6}}}}" : ""
            )
        );

        (await lake.RowsAsync()).ShouldBe([$"\\xAA|[{Shown}, NULL]|{{{Shown}=\\xBB}}|{{'t': {Shown}, 'u': marked}}"]);

        string Mapped(int id, string name) => isMapped ? LakeFolder.Mapped(id, name) : "";
    }

    [Fact]
    public async Task Changes_are_read_so_too()
    {
        Create(LakeFolder.Field("t", "string") + "," + LakeFolder.Field("b", "binary"));
        lake.Write("_change_data/c.parquet", $"SELECT {Text} AS t, 'x'::BLOB AS b, encode('delete') AS _change_type");
        lake.Folder.Commit(1, """{"cdc":{"path":"_change_data/c.parquet","partitionValues":{},"size":1,"dataChange":false}}""");

        (await lake.ChangesAsync(1)).ShouldBe([$"{Shown}|x|delete|1"]);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_an_error()
    {
        Create(LakeFolder.Field("t", "string") + "," + LakeFolder.Field("b", "binary"), lake.Write("a.parquet", "SELECT '\\xC3'::BLOB AS t, 'x'::BLOB AS b"));

        await Should.ThrowAsync<DuckDbException>(lake.RowsAsync());
    }

    public void Dispose() => lake.Dispose();

    private void Create(string fields, params string[] adds) =>
        lake.Folder.Commit(0, [LakeFolder.Protocol("variantType"), LakeFolder.Metadata(fields), .. adds]);
}
