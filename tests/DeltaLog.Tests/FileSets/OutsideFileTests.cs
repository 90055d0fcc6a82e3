namespace Tideway.DeltaLog.Tests.FileSets;

public sealed class OutsideFileTests : IDisposable
{
    private readonly TableFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("../secret.parquet")]
    [InlineData("a/../../secret.parquet")]
    [InlineData("%2e%2e/secret.parquet")]
    [InlineData("/etc/passwd")]
    [InlineData("file:///etc/passwd")]
    [InlineData("s3://elsewhere/part.parquet")]
    [InlineData("a//b.parquet")]
    [InlineData("./a.parquet")]
    [InlineData("a/.")]
    public async Task A_file_that_is_not_below_the_table_is_found(string path)
    {
        folder.Create().Commit(1, TableFolder.Add("a"), TableFolder.Add(path));

        (await folder.Table.LoadAsync()).FindFileOutside().ShouldNotBeNull().Path.ShouldBe(path);
    }

    [Fact]
    public async Task Those_below_the_table_are_none_however_they_are_spelt_and_neither_are_those_that_were_removed()
    {
        string[] paths = ["a", "day=2026-01-01/part-1.c000.snappy.parquet", "day=a%20b/x", "ü/日本.parquet", ".hidden/x", "a..b/c", "a:b"];
        folder.Create().Commit(1, [.. paths.Select(path => TableFolder.Add(path)), TableFolder.Add("/etc/passwd")]);
        (await folder.Table.LoadAsync()).FindFileOutside().ShouldNotBeNull();

        folder.Commit(2, TableFolder.Remove("/etc/passwd"), TableFolder.Add($"{folder.Path}/in/full.parquet"));

        var latest = await folder.Table.LoadAsync();
        latest.FileCount.ShouldBe(paths.Length + 1);
        latest.FindFileOutside().ShouldBeNull();
    }
}
