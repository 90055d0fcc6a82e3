using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Tests.LogSegments;

public class DamagedLogTests
{
    [Fact]
    public async Task A_log_of_nothing_but_a_part_of_a_checkpoint_is_refused()
    {
        using var folder = new TableFolder();
        folder.Create();
        folder.DeleteCommits(0);
        File.WriteAllText(folder.LogFile("00000000000000000001.checkpoint.0000000001.0000000002.parquet"), "PAR1");

        await folder.Table.LoadAsync().ShouldFailAsync(DeltaLogError.MissingCommits);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("9223372036854775807")]
    public async Task A_length_that_no_file_can_have_is_refused(string size)
    {
        using var folder = new TableFolder().Create(TableFolder.Add("a.parquet").Replace("\"size\":10", $"\"size\":{size}"), TableFolder.Add("b.parquet"));

        (await folder.Table.LoadAsync().ShouldFailAsync(DeltaLogError.CorruptLog)).Message.ShouldContain("length");
    }

    [Fact]
    public void A_time_at_the_end_of_the_calendar_leaves_none_for_the_next_version() =>
        ((Action)(() => _ = new CommitInfo { InCommitTimestamp = 253_402_300_799_999 }.InCommitTime)).ShouldFail(DeltaLogError.CorruptLog);

    [Fact]
    public async Task A_line_that_stands_twice_changes_rows_once()
    {
        using var folder = new TableFolder();
        folder.Create(TableFolder.Add("a.parquet"));
        folder.Commit(1, TableFolder.Remove("a.parquet"), TableFolder.Remove("a.parquet"), TableFolder.Add("b.parquet"), TableFolder.Add("b.parquet"));
        var snapshot = await folder.Table.LoadAsync();
        var changes = await folder.Table.ReadChangesAsync(1).ToListAsync();

        var sql = await new TableReader(folder.Store).ChangesSqlAsync(snapshot, changes);

        sql.Split("b.parquet").Length.ShouldBe(3, "once in the list of files and once with what is known of it");
    }

    [Fact]
    public async Task A_file_that_is_removed_with_two_deletion_vectors_is_refused()
    {
        using var folder = new TableFolder();
        folder.Create(TableFolder.Add("a.parquet"));
        const string vector =
            ""","deletionVector":{"storageType":"i","pathOrInlineDv":"wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L","sizeInBytes":40,"cardinality":6}""";
        folder.Commit(1, TableFolder.Remove("a.parquet"), TableFolder.Remove("a.parquet", vector));
        var snapshot = await folder.Table.LoadAsync();
        var changes = await folder.Table.ReadChangesAsync(1).ToListAsync();

        await new TableReader(folder.Store).ChangesSqlAsync(snapshot, changes).ShouldFailAsync(DeltaLogError.CorruptLog);
    }

    [Fact]
    public async Task An_inline_deletion_vector_of_negative_length_is_refused()
    {
        using var folder = new TableFolder();
        const string vector = ""","deletionVector":{"storageType":"i","pathOrInlineDv":"wi5b=","sizeInBytes":-1,"cardinality":6}""";
        folder.Create(TableFolder.Add("a.parquet", vector));
        var snapshot = await folder.Table.LoadAsync();

        await new TableReader(folder.Store).ScanSqlAsync(snapshot).ShouldFailAsync(DeltaLogError.CorruptLog);
    }

    [Theory]
    [InlineData("../a")]
    [InlineData("b/%2E%2E/../a")]
    [InlineData("a%0Ab")]
    [InlineData("a%5Cb")]
    [InlineData("")]
    public void A_path_that_names_no_file_of_the_table_has_no_key(string path) =>
        ((Action)(() => _ = FilePath.Key(path, new Uri("file:///srv/table")))).ShouldFail(DeltaLogError.FileOutsideTable).File.ShouldBe(path);

    [Theory]
    [InlineData("""\"delta.typeChanges\":[{}]""")]
    [InlineData("""\"delta.typeChanges\":{}""")]
    [InlineData("""\"delta.typeChanges\":7""")]
    public async Task Changes_of_type_that_cannot_be_understood_are_refused(string metadata)
    {
        using var folder = new TableFolder();
        folder.Commit(0, TableFolder.Protocol, TableFolder.Metadata.Replace("\\\"metadata\\\":{}", $"\\\"metadata\\\":{{{metadata}}}"));
        var snapshot = await folder.Table.LoadAsync();

        await new TableReader(folder.Store).ScanSqlAsync(snapshot).ShouldFailAsync(DeltaLogError.CorruptLog);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\\\\u0000b")]
    public async Task A_column_whose_name_is_none_is_refused(string name)
    {
        using var folder = new TableFolder();
        folder.Commit(0, TableFolder.Protocol, TableFolder.Metadata.Replace("\\\"name\\\":\\\"id\\\"", $"\\\"name\\\":\\\"{name}\\\""));
        var snapshot = await folder.Table.LoadAsync();

        ((Action)(() => _ = snapshot.Schema)).ShouldFail(DeltaLogError.CorruptLog);
    }

    [Theory]
    [InlineData("interval 9223372036854775807 weeks")]
    [InlineData("interval -9223372036854775808 weeks")]
    [InlineData("interval -1 day")]
    public async Task A_checkpoint_is_written_whatever_the_retention(string interval)
    {
        using var folder = new TableFolder();
        var metadata = TableFolder.Metadata.Replace("\"configuration\":{}", $"\"configuration\":{{\"delta.deletedFileRetentionDuration\":\"{interval}\"}}");
        folder.Commit(0, TableFolder.Protocol, metadata, TableFolder.Add("a.parquet")).Commit(1, TableFolder.Remove("a.parquet"));

        await folder.Table.WriteCheckpointAsync(1);

        (await folder.Table.LoadAsync()).FileCount.ShouldBe(0);
    }
}
