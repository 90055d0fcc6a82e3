namespace Tideway.DeltaLog.Tests.Reading;

public sealed class OutsideFilesTests : IDisposable
{
    private readonly LakeFolder source = new();
    private readonly LakeFolder clone = new();

    [Fact]
    public async Task A_shallow_clone_is_only_read_where_that_is_allowed()
    {
        source.Write("a b.parquet", "SELECT range AS id FROM range(30)");
        clone.Folder.Create(
            TableFolder.Add($"file://{source.Folder.Path}/a%20b.parquet", LakeFolder.Vector),
            clone.Write("own.parquet", "SELECT 100::BIGINT AS id")
        );

        (await clone.RowsAsync().ShouldFailAsync(DeltaLogError.FileOutsideTable)).Message.ShouldContain("only read where that is allowed");
        (await clone.RowsAsync(allowFilesOutside: true)).Count.ShouldBe(30 - 6 + 1);
    }

    [Fact]
    public async Task A_deletion_vector_outside_is_only_read_where_that_is_allowed()
    {
        var vector = Path.Combine(source.Folder.Path, "deletions.bin");
        File.Copy(Directory.GetFiles(Conformance.TestTables.Folder("dat/deletion_vectors"), "deletion_vector_*.bin").Single(), vector);
        var add = clone.Write(
            "own.parquet",
            "SELECT range AS id FROM range(5)",
            $$$""","deletionVector":{"storageType":"p","pathOrInlineDv":"file://{{{vector}}}","offset":1,"sizeInBytes":{{{new FileInfo(vector).Length - 9}}},"cardinality":4}"""
        );
        clone.Folder.Create(add);

        await clone.RowsAsync().ShouldFailAsync(DeltaLogError.FileOutsideTable);
        (await clone.RowsAsync(allowFilesOutside: true)).Count.ShouldBe(1);
        File.Delete(vector);
        await clone.RowsAsync(allowFilesOutside: true).ShouldFailAsync(DeltaLogError.CorruptLog);
    }

    [Theory]
    [InlineData("s3://bucket/x.parquet")]
    [InlineData("https://example.org/x.parquet")]
    [InlineData("../x.parquet")]
    [InlineData("a/../../x.parquet")]
    public async Task What_is_not_on_this_machine_is_refused_all_the_same(string path)
    {
        clone.Folder.Create(TableFolder.Add(path));

        await clone.RowsAsync(allowFilesOutside: true).ShouldFailAsync(DeltaLogError.FileOutsideTable);
    }

    public void Dispose()
    {
        source.Dispose();
        clone.Dispose();
    }
}
