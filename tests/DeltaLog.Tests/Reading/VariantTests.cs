using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Tests.Conformance;
using Tideway.DuckDb;
using Tideway.ObjectStorage.Local;

namespace Tideway.DeltaLog.Tests.Reading;

public sealed class VariantTests : IDisposable
{
    private readonly LakeFolder lake = new();

    [Theory]
    [InlineData("golden/spark-variant-checkpoint")]
    [InlineData("delta-rs/spark-shredded-variant-preview-delta")]
    public async Task Variants_of_another_engine_are_json_at_every_depth(string table)
    {
        var store = new LocalObjectStore(TestTables.Folder(table));
        var snapshot = await new DeltaTable(store, TimeProvider.System).LoadAsync();
        var sql = await new TableReader(store).ScanSqlAsync(snapshot);

        lake.Texts($"SELECT count(*) FROM ({sql}) WHERE v->>'$.key' <> id::VARCHAR OR v IS NULL").ShouldBe(["0"]);
        lake.Texts($"SELECT DISTINCT * EXCLUDE id FROM ({sql}) WHERE id = 7")
            .ShouldBe([
                """{"key":7}|[{"key":7}, NULL, {"key":7}, NULL, {"key":7}]|{'v': '{"key":7}'}|{7='{"key":7}', nullKey=NULL}|[{'v': '{"key":7}'}, {'v': NULL}, NULL, {'v': '{"key":7}'}, NULL, {'v': '{"key":7}'}]|{'v': [NULL, {"key":7}]}""",
            ]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("SET force_variant_shredding = 'STRUCT(a INTEGER, b VARCHAR)'")]
    public async Task Variants_with_parquets_annotation_are_read_shredded_or_not(string setting)
    {
        if (setting.Length > 0)
            lake.Connection.Execute(setting);
        const string Rows = "SELECT {'a': i, 'b': 'x'}::VARIANT AS v FROM range(2) t(i) UNION ALL SELECT 'text'::VARIANT UNION ALL SELECT NULL";
        Create(lake.Write("a.parquet", Rows));

        (await lake.RowsAsync()).ShouldBe(["\"text\"", "{\"a\":0,\"b\":\"x\"}", "{\"a\":1,\"b\":\"x\"}", "~"]);
    }

    [Fact]
    public async Task A_null_variant_is_no_null()
    {
        Create(
            lake.Write(
                "a.parquet",
                "SELECT {'metadata': '\\x01\\x00\\x00'::BLOB, 'value': '\\x00'::BLOB} AS v UNION ALL SELECT NULL UNION ALL SELECT {'metadata': '\\x01\\x00\\x00'::BLOB, 'value': '\\x0C\\x05'::BLOB}"
            )
        );

        (await lake.RowsAsync()).ShouldBe(["5", "null", "~"]);
    }

    [Fact]
    public async Task Shredded_variants_without_the_annotation_are_refused_not_misread()
    {
        Create(lake.Write("a.parquet", "SELECT {'metadata': '\\x01\\x00\\x00'::BLOB, 'value': NULL::BLOB, 'typed_value': 5} AS v"));

        (await Should.ThrowAsync<DuckDbException>(lake.RowsAsync())).Message.ShouldContain("variantShredding");
    }

    public void Dispose() => lake.Dispose();

    private void Create(string add) =>
        lake.Folder.Commit(
            0,
            LakeFolder.Protocol("variantType", "variantShredding"),
            LakeFolder.Metadata(LakeFolder.Field("v", """{"type":"variant"}""")),
            add
        );
}
