namespace Tideway.DeltaLog.Tests.Reading;

public sealed class IdMappingTests : IDisposable
{
    private static readonly string Metadata = LakeFolder.Metadata(
        string.Join(
            ',',
            LakeFolder.Field("id", "long", LakeFolder.Mapped(1, "p1")),
            LakeFolder.Field(
                "person",
                $$$"""{"type":"struct","fields":[{{{LakeFolder.Field("name", "string", LakeFolder.Mapped(3, "p3"))}}},{{{LakeFolder.Field("age", "integer", LakeFolder.Mapped(4, "p4"))}}}]}""",
                LakeFolder.Mapped(2, "p2")
            ),
            LakeFolder.Field(
                "tags",
                $$$"""{"type":"array","containsNull":true,"elementType":{"type":"struct","fields":[{{{LakeFolder.Field("tag", "string", LakeFolder.Mapped(6, "p6"))}}}]}}""",
                LakeFolder.Mapped(5, "p5")
            )
        ),
        null,
        ("delta.columnMapping.mode", "id"),
        ("delta.enableChangeDataFeed", "true")
    );

    private readonly LakeFolder lake = new();

    [Fact]
    public async Task Nested_columns_are_found_by_their_ids_whatever_each_file_calls_them()
    {
        lake.Folder.Commit(
            0,
            LakeFolder.Protocol("columnMapping"),
            Metadata,
            lake.Write(
                "a.parquet",
                "SELECT 1::BIGINT AS x, {'n': 'Ann', 'a': 30} AS y, [{'t': 'red'}] AS z",
                options: ", FIELD_IDS {x: 1, y: {__duckdb_field_id: 2, n: 3, a: 4}, z: {__duckdb_field_id: 5, element: {t: 6}}}"
            ),
            lake.Write(
                "b.parquet",
                "SELECT {'q': 'Bob', 'gone': true} AS other, 2::BIGINT AS one",
                options: ", FIELD_IDS {one: 1, other: {__duckdb_field_id: 2, q: 3, gone: 9}}"
            )
        );

        (await lake.RowsAsync()).ShouldBe(["1|{'name': Ann, 'age': 30}|[{'tag': red}]", "2|{'name': Bob, 'age': NULL}|~"]);
    }

    [Fact]
    public async Task Change_data_files_of_such_a_table_are_read()
    {
        lake.Folder.Commit(0, LakeFolder.Protocol("columnMapping"), Metadata);
        lake.Write(
            "_change_data/c.parquet",
            "SELECT 1::BIGINT AS x, {'n': 'Ann', 'a': 30} AS y, [{'t': 'red'}] AS z, 'delete' AS _change_type",
            options: ", FIELD_IDS {x: 1, y: {__duckdb_field_id: 2, n: 3, a: 4}, z: {__duckdb_field_id: 5, element: {t: 6}}}"
        );
        lake.Folder.Commit(1, """{"cdc":{"path":"_change_data/c.parquet","partitionValues":{},"size":1,"dataChange":false}}""");

        (await lake.ChangesAsync(1)).ShouldBe(["1|{'name': Ann, 'age': 30}|[{'tag': red}]|delete|1"]);
    }

    [Fact]
    public async Task A_file_without_ids_is_refused()
    {
        lake.Folder.Commit(0, LakeFolder.Protocol("columnMapping"), Metadata, lake.Write("plain.parquet", "SELECT 1::BIGINT AS p1"));

        (await lake.RowsAsync().ShouldFailAsync(DeltaLogError.CorruptLog)).File.ShouldBe("plain.parquet");
    }

    [Fact]
    public async Task A_file_that_is_gone_or_damaged_is_named()
    {
        lake.Folder.Commit(0, LakeFolder.Protocol("columnMapping"), Metadata, TableFolder.Add("gone.parquet"));
        (await lake.RowsAsync().ShouldFailAsync(DeltaLogError.DataFileMissing)).File.ShouldBe("gone.parquet");

        File.WriteAllText(Path.Combine(lake.Folder.Path, "gone.parquet"), "no parquet");
        await lake.RowsAsync().ShouldFailAsync(DeltaLogError.CorruptLog);
    }

    public void Dispose() => lake.Dispose();
}
