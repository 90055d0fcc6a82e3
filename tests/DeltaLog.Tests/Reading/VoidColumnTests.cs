namespace Tideway.DeltaLog.Tests.Reading;

public sealed class VoidColumnTests : IDisposable
{
    private readonly LakeFolder lake = new();

    [Fact]
    public async Task Void_columns_are_null_and_may_be_anything_later()
    {
        var nested = $$$"""{"type":"struct","fields":[{{{LakeFolder.Field("a", "integer")}}},{{{LakeFolder.Field("n", "void")}}}]}""";
        lake.Folder.Commit(
            0,
            TableFolder.Protocol,
            LakeFolder.Metadata($"{LakeFolder.Field("id", "long")},{LakeFolder.Field("nothing", "void")},{LakeFolder.Field("s", nested)}"),
            lake.Write("a.parquet", "SELECT 1::BIGINT AS id, {'a': 5} AS s")
        );

        (await lake.RowsAsync()).ShouldBe(["1|~|{'a': 5, 'n': NULL}"]);

        lake.Folder.Commit(
            1,
            LakeFolder.Metadata($"{LakeFolder.Field("id", "long")},{LakeFolder.Field("nothing", "string")},{LakeFolder.Field("s", nested)}"),
            lake.Write("b.parquet", "SELECT 2::BIGINT AS id, 'x' AS nothing, {'a': 6} AS s")
        );
        (await lake.RowsAsync()).ShouldBe(["1|~|{'a': 5, 'n': NULL}", "2|x|{'a': 6, 'n': NULL}"]);
    }

    public void Dispose() => lake.Dispose();
}
