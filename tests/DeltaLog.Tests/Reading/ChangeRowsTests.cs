namespace Tideway.DeltaLog.Tests.Reading;

public sealed class ChangeRowsTests : IDisposable
{
    private readonly LakeFolder lake = new();

    [Fact]
    public async Task Rows_that_a_new_vector_deletes_are_deletes_and_those_it_gives_back_inserts()
    {
        var add = lake.Write("a.parquet", "SELECT range AS id FROM range(30)");
        var withVector = add.Replace(",\"dataChange\"", $"{LakeFolder.Vector},\"dataChange\"");
        lake.Folder.Commit(0, LakeFolder.Protocol("deletionVectors"), IdOnly(), add);
        lake.Folder.Commit(1, TableFolder.Remove("a.parquet"), withVector);
        lake.Folder.Commit(2, TableFolder.Remove("a.parquet", LakeFolder.Vector), add);
        lake.Folder.Commit(3, TableFolder.Remove("a.parquet"), withVector);
        lake.Folder.Commit(4, TableFolder.Remove("a.parquet", LakeFolder.Vector));

        (await lake.ChangesAsync(1, 1)).ShouldBe(["11|delete|1", "18|delete|1", "29|delete|1", "3|delete|1", "4|delete|1", "7|delete|1"]);
        (await lake.ChangesAsync(2, 2)).ShouldBe(["11|insert|2", "18|insert|2", "29|insert|2", "3|insert|2", "4|insert|2", "7|insert|2"]);
        (await lake.ChangesAsync(4, 4)).Count.ShouldBe(24);
    }

    [Fact]
    public async Task Files_that_only_moved_rows_are_no_changes()
    {
        var add = lake.Write("a.parquet", "SELECT range AS id FROM range(3)");
        lake.Folder.Commit(0, TableFolder.Protocol, IdOnly(), add);
        lake.Folder.Commit(
            1,
            TableFolder.Remove("a.parquet").Replace("\"dataChange\":true", "\"dataChange\":false"),
            lake.Write("b.parquet", "SELECT range AS id FROM range(3)").Replace("\"dataChange\":true", "\"dataChange\":false")
        );

        (await lake.ChangesAsync(1)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Rows_of_a_schema_from_before_the_range_that_does_not_fit_are_refused()
    {
        lake.Folder.Commit(0, TableFolder.Protocol, IdOnly());
        lake.Folder.Commit(1, lake.Write("a.parquet", "SELECT 1::BIGINT AS id"));
        lake.Folder.Commit(2, LakeFolder.Metadata(LakeFolder.Field("id", "date")), TableFolder.Remove("a.parquet"));

        var failure = await lake.ChangesAsync(1).ShouldFailAsync(DeltaLogError.IncompatibleSchemaChange);

        failure.Version.ShouldBe(1);
        failure.Message.ShouldContain("'id'");
        (await lake.ChangesAsync(1, 1)).ShouldBe(["1|insert|1"]);
    }

    [Fact]
    public async Task Changes_from_before_columns_were_mapped_by_name_are_read()
    {
        lake.Folder.Commit(0, TableFolder.Protocol, IdOnly(), lake.Write("a.parquet", "SELECT 1::BIGINT AS id"));
        lake.Folder.Commit(
            1,
            LakeFolder.Protocol("columnMapping"),
            LakeFolder.Metadata(LakeFolder.Field("number", "long", LakeFolder.Mapped(1, "id")), null, ("delta.columnMapping.mode", "name")),
            lake.Write("b.parquet", "SELECT 2::BIGINT AS id")
        );

        (await lake.ChangesAsync(0)).ShouldBe(["1|insert|0", "2|insert|1"]);
    }

    [Fact]
    public async Task Times_of_changes_are_in_commit_timestamps_only_where_they_are_on()
    {
        lake.Folder.Commit(0, TableFolder.Protocol, IdOnly(), """{"commitInfo":{"inCommitTimestamp":77}}""").At(0, 1000);
        lake.Folder.Commit(
            1,
            """{"commitInfo":{"inCommitTimestamp":5000000}}""",
            """{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["inCommitTimestamp"]}}""",
            LakeFolder.Metadata(LakeFolder.Field("id", "long"), null, ("delta.enableInCommitTimestamps", "true"))
        );
        lake.Folder.At(1, 2000);

        var changes = await lake.Folder.Table.ReadChangesAsync(0).ToListAsync();

        changes.Select(version => version.Timestamp.ToUnixTimeSeconds()).ShouldBe([1000, 5000]);
    }

    [Fact]
    public async Task A_time_that_no_calendar_has_is_refused()
    {
        lake.Folder.Commit(
            0,
            """{"commitInfo":{"inCommitTimestamp":9223372036854775807}}""",
            """{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["inCommitTimestamp"]}}""",
            LakeFolder.Metadata(LakeFolder.Field("id", "long"), null, ("delta.enableInCommitTimestamps", "true"))
        );

        await lake.Folder.Table.LoadAsync().ShouldFailAsync(DeltaLogError.CorruptLog);
        await lake.Folder.Table.ReadChangesAsync(0).ToListAsync().ShouldFailAsync(DeltaLogError.CorruptLog);
        await lake.Folder.Table.HistoryAsync().ToListAsync().ShouldFailAsync(DeltaLogError.CorruptLog);
    }

    public void Dispose() => lake.Dispose();

    private static string IdOnly() => LakeFolder.Metadata(LakeFolder.Field("id", "long"));
}
