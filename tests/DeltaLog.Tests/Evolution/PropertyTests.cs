using Tideway.DeltaLog.Evolution;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Tests.Writing;

namespace Tideway.DeltaLog.Tests.Evolution;

public sealed class PropertyTests : IDisposable
{
    private readonly WriterFixture fixture = new();
    private readonly TableEvolution evolution;

    public PropertyTests() => evolution = new TableEvolution(fixture.Table);

    [Theory]
    [InlineData("delta.enableChangeDataFeed", "true", 1, 4, null, null)]
    [InlineData("delta.appendOnly", "true", 1, 2, null, null)]
    [InlineData("delta.logRetentionDuration", "interval 10 days", 1, 2, null, null)]
    [InlineData("free.name", "anything", 1, 2, null, null)]
    [InlineData("delta.enableDeletionVectors", "true", 3, 7, "deletionVectors", "appendOnly,deletionVectors,invariants")]
    [InlineData("delta.enableInCommitTimestamps", "true", 1, 7, null, "appendOnly,inCommitTimestamp,invariants")]
    [InlineData("delta.enableTypeWidening", "true", 3, 7, "typeWidening", "appendOnly,invariants,typeWidening")]
    [InlineData("delta.checkpointPolicy", "v2", 3, 7, "v2Checkpoint", "appendOnly,invariants,v2Checkpoint")]
    [InlineData("delta.columnMapping.mode", "name", 3, 7, "columnMapping", "appendOnly,columnMapping,invariants")]
    [InlineData("delta.feature.vacuumProtocolCheck", "supported", 3, 7, "vacuumProtocolCheck", "appendOnly,invariants,vacuumProtocolCheck")]
    [InlineData("delta.enableRowTracking", "true", 1, 7, null, "appendOnly,domainMetadata,invariants,rowTracking")]
    public async Task A_property_raises_the_protocol_as_far_as_it_needs(string name, string value, int reader, int writer, string? readers, string? writers)
    {
        await fixture.CreateAsync("SELECT 1 AS id");

        await SetAsync(name, value);

        var protocol = (await fixture.Table.LoadAsync()).Protocol;
        protocol.MinReaderVersion.ShouldBe(reader);
        protocol.MinWriterVersion.ShouldBe(writer);
        protocol.ReaderFeatures?.Order(StringComparer.Ordinal).ShouldBe(readers!.Split(','));
        protocol.WriterFeatures?.Order(StringComparer.Ordinal).ShouldBe(writers!.Split(','));
        (protocol.WriterFeatures is null).ShouldBe(writers is null);
    }

    [Theory]
    [InlineData("delta.appendOnly", "yes")]
    [InlineData("delta.checkpointInterval", "0")]
    [InlineData("delta.logRetentionDuration", "3 moons")]
    [InlineData("delta.noSuchThing", "true")]
    [InlineData("delta.columnMapping.mode", "id")]
    [InlineData("delta.columnMapping.maxColumnId", "7")]
    [InlineData("delta.constraints.x", "id > 0")]
    [InlineData("delta.minWriterVersion", "7")]
    [InlineData("delta.inCommitTimestampEnablementVersion", "0")]
    public async Task A_property_that_is_unknown_or_has_no_such_value_is_refused(string name, string value)
    {
        await fixture.CreateAsync("SELECT 1 AS id");

        (await SetAsync(name, value).ShouldFailAsync(DeltaLogError.InvalidProperty)).Message.ShouldContain(name);
    }

    [Fact]
    public async Task A_feature_that_is_not_supported_is_refused_by_name()
    {
        await fixture.CreateAsync("SELECT 1 AS id");

        (await evolution.AddFeatureAsync("icebergCompatV2").ShouldFailAsync(DeltaLogError.UnsupportedWriterFeature)).Message.ShouldContain("icebergCompatV2");
        await SetAsync("delta.feature.telepathy", "supported").ShouldFailAsync(DeltaLogError.UnsupportedWriterFeature);
    }

    [Fact]
    public async Task Setting_what_is_set_and_unsetting_what_is_not_commits_nothing()
    {
        await fixture.CreateAsync("SELECT 1 AS id", null, ("k", "v"));

        (await SetAsync("k", "v")).ShouldBeNull();
        (await evolution.UnsetPropertiesAsync(["x"])).ShouldBeNull();
        (await evolution.UnsetPropertiesAsync(["k"]))!.Version.ShouldBe(1);

        (await fixture.Table.LoadAsync()).Configuration.ShouldBeEmpty();
    }

    [Fact]
    public async Task Mapped_columns_cannot_be_unmapped()
    {
        await fixture.CreateAsync("SELECT 1 AS id");
        await SetAsync(ColumnMapping.ModeProperty, "name");

        await SetAsync(ColumnMapping.ModeProperty, "none").ShouldFailAsync(DeltaLogError.InvalidProperty);
        await evolution.UnsetPropertiesAsync([ColumnMapping.ModeProperty]).ShouldFailAsync(DeltaLogError.InvalidProperty);
    }

    [Fact]
    public async Task Mapping_columns_keeps_their_names_in_the_files()
    {
        await fixture.CreateAsync("SELECT 1 AS id, {'x': 2} AS s");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id, {'x': 2} AS s");

        await SetAsync(ColumnMapping.ModeProperty, "name");

        var snapshot = await fixture.Table.LoadAsync();
        ColumnMapping.PhysicalName(snapshot.Schema.Find("s")!, ColumnMappingMode.Name).ShouldBe("s");
        snapshot.Configuration["delta.columnMapping.maxColumnId"].ShouldBe("3");
        (await fixture.RowsAsync()).ShouldBe(["1|{'x': 2}"]);
    }

    [Fact]
    public async Task Turning_on_row_tracking_gives_ids_to_the_files_that_are_there()
    {
        await fixture.CreateAsync("SELECT 1 AS id");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT * FROM range(5) t(id)");

        await SetAsync(TableProperties.EnableRowTracking, "true");

        var snapshot = await fixture.Table.LoadAsync();
        snapshot.Files.Single().BaseRowId.ShouldBe(0);
        snapshot.Files.Single().DefaultRowCommitVersion.ShouldBe(2);
        snapshot.DomainMetadata["delta.rowTracking"].Configuration.ShouldBe("""{"rowIdHighWaterMark":4}""");
        snapshot.Configuration["delta.rowTracking.materializedRowIdColumnName"].ShouldStartWith("_row-id-col-");
        (await fixture.Table.ReadChangesAsync(2).ToListAsync()).Single().ChangesRows.ShouldBeFalse();
    }

    [Fact]
    public async Task In_commit_timestamps_are_turned_on_for_a_table_that_is_there()
    {
        await fixture.CreateAsync("SELECT 1 AS id");

        await SetAsync(TableProperties.EnableInCommitTimestamps, "true");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id");

        var snapshot = await fixture.Table.LoadAsync();
        snapshot.Configuration[TableProperties.InCommitTimestampEnablementVersion].ShouldBe("1");
        var history = await fixture.Table.HistoryAsync().ToListAsync();
        history.Select(entry => entry.Info!.InCommitTimestamp is null).ShouldBe([false, false, true]);
        history.Select(entry => entry.Timestamp).ShouldBeInOrder(SortDirection.Descending);
    }

    public void Dispose() => fixture.Dispose();

    private Task<Tideway.DeltaLog.Commit.CommitResult?> SetAsync(string name, string value) =>
        evolution.SetPropertiesAsync(new Dictionary<string, string> { [name] = value });
}
