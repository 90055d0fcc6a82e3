namespace Tideway.ObjectStorage.Tests;

public sealed class LocationOverlapTests
{
    [Theory]
    [InlineData("file:///lake/docs", "file:///lake/docs")]
    [InlineData("file:///lake", "file:///lake/docs/2026")]
    [InlineData("file:///lake/a%20b", "file:///lake/a%20b/c")]
    [InlineData("file:///", "file:///lake")]
    [InlineData("s3://bucket/docs", "s3a://bucket/docs/2026")]
    [InlineData("s3://bucket", "s3n://bucket/docs")]
    [InlineData("gs://bucket/docs", "gs://bucket/docs")]
    [InlineData("abfss://files@acme.dfs.core.windows.net/docs", "wasbs://files@acme.blob.core.windows.net/docs/a")]
    [InlineData("az://files/docs", "abfss://files@acme.dfs.core.windows.net/docs/a")]
    public void A_place_overlaps_with_itself_and_with_what_lies_in_it(string one, string other)
    {
        LocationOverlap.Exists(one, other).ShouldBeTrue();
        LocationOverlap.Exists(other, one).ShouldBeTrue();
    }

    [Theory]
    [InlineData("file:///lake/docs", "file:///lake/docs-2")]
    [InlineData("file:///lake/docs", "file:///lake/orders")]
    [InlineData("s3://bucket/docs", "s3://bucket/docs2")]
    [InlineData("s3://bucket/docs", "s3://other/docs")]
    [InlineData("s3://bucket/docs", "gs://bucket/docs")]
    [InlineData("s3://lake/docs", "file:///lake/docs")]
    [InlineData("abfss://files@acme.dfs.core.windows.net/docs", "abfss://files@other.dfs.core.windows.net/docs")]
    [InlineData("abfss://files@acme.dfs.core.windows.net/docs", "abfss://files@acme.dfs.core.chinacloudapi.cn/docs")]
    public void Places_beside_each_other_do_not(string one, string other)
    {
        LocationOverlap.Exists(one, other).ShouldBeFalse();
        LocationOverlap.Exists(other, one).ShouldBeFalse();
    }

    [Fact]
    public void A_place_that_was_moved_and_left_a_link_behind_is_where_its_objects_are()
    {
        using var folder = new TemporaryFolder();
        var root = new Uri(folder.Path).LocalPath;
        Directory.CreateDirectory(Path.Combine(root, "big", "t"));
        Directory.CreateSymbolicLink(Path.Combine(root, "t"), Path.Combine(root, "big", "t"));
        var (table, volume) = (new Uri(Path.Combine(root, "t")).AbsoluteUri, new Uri(Path.Combine(root, "big")).AbsoluteUri);

        LocationOverlap.Exists(volume, table).ShouldBeFalse();
        LocationOverlap.ExistsByNow(volume, table).ShouldBeTrue();
        LocationOverlap.ExistsByNow(volume, new Uri(Path.Combine(root, "other")).AbsoluteUri).ShouldBeFalse();
    }
}
