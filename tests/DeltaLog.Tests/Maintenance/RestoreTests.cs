using Tideway.DeltaLog.Evolution;
using Tideway.DeltaLog.Maintenance;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Tests.Writing;

namespace Tideway.DeltaLog.Tests.Maintenance;

public sealed class RestoreTests : IDisposable
{
    private readonly WriterFixture fixture = new();
    private readonly TableRestore restore;

    public RestoreTests() => restore = new TableRestore(fixture.Table);

    [Fact]
    public async Task Rows_schema_and_properties_are_what_they_were()
    {
        await FillAsync(WriterFixture.FeedOn);
        var evolution = new TableEvolution(fixture.Table);
        await evolution.AddColumnAsync("note", new PrimitiveType(PrimitiveKind.String));
        await evolution.SetPropertiesAsync(new Dictionary<string, string> { ["k"] = "v" });

        var result = await restore.RunAsync(1);

        result.FilesRestored.ShouldBe(1);
        result.FilesRemoved.ShouldBe(1);
        (await fixture.RowsAsync()).ShouldBe(["1", "2"]);
        var snapshot = await fixture.Table.LoadAsync();
        snapshot.Schema.Fields.ShouldHaveSingleItem();
        snapshot.Configuration.ContainsKey("k").ShouldBeFalse();
        (await fixture.ChangesAsync(result.Commit!.Version, result.Commit.Version)).ShouldBe(["1|insert|5", "2|delete|5", "2|insert|5"]);
    }

    [Fact]
    public async Task A_dry_run_says_what_would_come_back_and_commits_nothing()
    {
        await FillAsync();
        await new TableEvolution(fixture.Table).AddColumnAsync("note", new PrimitiveType(PrimitiveKind.String));
        var files = new List<string>();

        var result = await restore.RunAsync(
            1,
            new RestoreOptions { DryRun = true, OnFile = (file, comes) => files.Add($"{(comes ? '+' : '-')} {file.PhysicalRecords()}") }
        );

        (result.Commit, result.FilesRestored, result.FilesRemoved).ShouldBe((null, 1, 1));
        files.Count.ShouldBe(2);
        result.Changes.ShouldBe([new TableChange("column note", "string", null)]);
        (await fixture.Table.LatestVersionAsync()).ShouldBe(3);
    }

    [Fact]
    public async Task The_protocol_never_falls_back_and_timestamps_go_on()
    {
        await FillAsync();
        await new TableEvolution(fixture.Table).SetPropertiesAsync(new Dictionary<string, string> { [TableProperties.EnableInCommitTimestamps] = "true" });

        await restore.RunAsync(1);

        var snapshot = await fixture.Table.LoadAsync();
        snapshot.Protocol.WriterFeatures!.ShouldContain("inCommitTimestamp");
        snapshot.Configuration[TableProperties.InCommitTimestampEnablementVersion].ShouldBe("3");
        (await fixture.Table.HistoryAsync().ToListAsync())[0].Info!.InCommitTimestamp.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_file_that_was_deleted_meanwhile_keeps_the_version_from_coming_back()
    {
        await FillAsync();
        await new TableVacuum(fixture.Table).RunAsync(
            new VacuumOptions
            {
                Retention = TimeSpan.Zero,
                Force = true,
                RecordInHistory = false,
            }
        );

        (await restore.RunAsync(1).ShouldFailAsync(DeltaLogError.DataFileMissing)).Version.ShouldBe(1);

        (await fixture.Table.LatestVersionAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task Restoring_what_is_there_commits_nothing()
    {
        await FillAsync();

        (await restore.RunAsync(2)).Commit.ShouldBeNull();
        await restore.RunAsync(9).ShouldFailAsync(DeltaLogError.VersionNotFound);
    }

    [Fact]
    public async Task An_append_only_table_is_not_taken_back()
    {
        await fixture.CreateAsync("SELECT 1 AS id", null, (TableProperties.AppendOnly, "true"));
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id");

        await restore.RunAsync(0).ShouldFailAsync(DeltaLogError.AppendOnly);
    }

    public void Dispose() => fixture.Dispose();

    // Version 1 has the rows 1 and 2, version 2 only the second.
    private async Task FillAsync(params (string Key, string Value)[] configuration)
    {
        await fixture.CreateAsync("SELECT 1 AS id", null, configuration);
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT unnest([1, 2]) AS id");
        await fixture.Writer.DeleteAsync(fixture.Connection, "id = 1");
    }
}
