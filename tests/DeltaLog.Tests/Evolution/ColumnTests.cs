using Tideway.DeltaLog.Evolution;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Tests.Writing;

namespace Tideway.DeltaLog.Tests.Evolution;

public sealed class ColumnTests : IDisposable
{
    private const string Rows = "SELECT 1::BIGINT AS id, {'x': 1::INT, 'list': [{'y': 2::INT}]} AS s, MAP {'k': 1.5::FLOAT} AS m";

    private readonly WriterFixture fixture = new();
    private readonly TableEvolution evolution;

    public ColumnTests() => evolution = new TableEvolution(fixture.Table);

    [Fact]
    public async Task A_new_column_is_null_in_the_rows_that_are_there()
    {
        await CreateAsync();

        await evolution.AddColumnAsync("note", new PrimitiveType(PrimitiveKind.String), comment: "free text");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 2::BIGINT AS id, 'n' AS note");

        (await fixture.RowsAsync(columns: ["id", "note"])).ShouldBe(["1|~", "2|n"]);
        (await SchemaAsync()).Find("note")!.Metadata["comment"].ShouldBe("\"free text\"");
    }

    [Fact]
    public async Task A_field_can_be_added_deep_inside()
    {
        await CreateAsync();

        await evolution.AddColumnAsync("s.list.element.z", new DecimalType(10, 2));
        await evolution.AddColumnAsync("s.first", new PrimitiveType(PrimitiveKind.Date), after: "");
        await evolution.AddColumnAsync("s.second", new PrimitiveType(PrimitiveKind.Date), after: "first");

        (await TextAsync()).ShouldBe(
            "struct<id: long, s: struct<first: date, second: date, x: integer, list: array<struct<y: integer, z: decimal(10,2)>>>, m: map<string, float>>"
        );
        (await fixture.RowsAsync(columns: ["s"])).ShouldBe(["{'first': NULL, 'second': NULL, 'x': 1, 'list': [{'y': 2, 'z': NULL}]}"]);
    }

    [Fact]
    public async Task Columns_of_a_table_that_is_made_mapped_have_ids_and_names_of_their_own()
    {
        await fixture.CreateAsync(Rows, null, (ColumnMapping.ModeProperty, "name"));
        await fixture.Writer.AppendAsync(fixture.Connection, Rows);
        await evolution.RenameColumnAsync("id", "key");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 2::BIGINT AS key");

        var snapshot = await fixture.Table.LoadAsync();
        ColumnMapping.PhysicalName(snapshot.Schema.Find("key")!, ColumnMappingMode.Name).ShouldStartWith("col-");
        snapshot.Configuration["delta.columnMapping.maxColumnId"].ShouldBe("6");
        (await fixture.RowsAsync(columns: ["key"])).ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task A_constraint_that_all_rows_meet_is_added_and_kept_from_then_on()
    {
        await CreateAsync();

        (await evolution.AddConstraintAsync(fixture.Connection, "big", "id > 1").ShouldFailAsync(DeltaLogError.InvalidData)).Message.ShouldContain("1 rows");
        await evolution.AddConstraintAsync(fixture.Connection, "nope", "missing > 1").ShouldFailAsync(DeltaLogError.InvalidData);
        await evolution.AddConstraintAsync(fixture.Connection, "Small", "`id` < 5");
        await evolution.AddConstraintAsync(fixture.Connection, "small", "id < 7").ShouldFailAsync(DeltaLogError.InvalidProperty);

        var snapshot = await fixture.Table.LoadAsync();
        snapshot.Configuration["delta.constraints.small"].ShouldBe("`id` < 5");
        snapshot.Protocol.MinWriterVersion.ShouldBe(3);
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 9::BIGINT AS id").ShouldFailAsync(DeltaLogError.InvalidData);
        await evolution.DropConstraintAsync("SMALL");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 9::BIGINT AS id");
    }

    [Theory]
    [InlineData("ID", DeltaLogError.ColumnExists)]
    [InlineData("s.X", DeltaLogError.ColumnExists)]
    [InlineData("t.x", DeltaLogError.InvalidData)]
    [InlineData("id.x", DeltaLogError.InvalidData)]
    [InlineData("a b", DeltaLogError.InvalidData)]
    [InlineData("_commit_version", DeltaLogError.InvalidData)]
    public async Task A_column_that_cannot_be_is_refused(string path, DeltaLogError error)
    {
        await fixture.CreateAsync(Rows, null, WriterFixture.FeedOn);

        await evolution.AddColumnAsync(path, new PrimitiveType(PrimitiveKind.Long)).ShouldFailAsync(error);

        (await fixture.Table.LatestVersionAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_column_whose_type_needs_a_feature_brings_it_along()
    {
        await CreateAsync();

        await evolution.AddColumnAsync("at", new PrimitiveType(PrimitiveKind.TimestampNtz));

        (await fixture.Table.LoadAsync()).Protocol.ReaderFeatures.ShouldBe(["timestampNtz"]);
    }

    [Fact]
    public async Task Columns_of_a_mapped_table_are_renamed_and_dropped_without_touching_files()
    {
        await CreateAsync();
        var files = fixture.DataFiles();
        await MapAsync();

        await evolution.RenameColumnAsync("s.list.element.y", "why not");
        await evolution.RenameColumnAsync("id", "key");
        await evolution.DropColumnAsync("s.x");
        await evolution.DropColumnAsync("m");

        (await TextAsync()).ShouldBe("struct<key: long, s: struct<list: array<struct<`why not`: integer>>>>");
        (await fixture.RowsAsync()).ShouldBe(["1|{'list': [{'why not': 2}]}"]);
        fixture.DataFiles().ShouldBe(files);
    }

    [Fact]
    public async Task A_name_that_was_dropped_can_come_back_without_its_old_values()
    {
        await CreateAsync();
        await MapAsync();
        var before = (await fixture.Table.LoadAsync()).Configuration["delta.columnMapping.maxColumnId"];

        await evolution.DropColumnAsync("m");
        await evolution.AddColumnAsync("m", new PrimitiveType(PrimitiveKind.String));

        (await fixture.RowsAsync(columns: ["id", "m"])).ShouldBe(["1|~"]);
        var after = await fixture.Table.LoadAsync();
        before.ShouldBe("6");
        after.Configuration["delta.columnMapping.maxColumnId"].ShouldBe("7");
        ColumnMapping.Id(after.Schema.Find("m")!).ShouldBe(7);
        ColumnMapping.PhysicalName(after.Schema.Find("m")!, ColumnMappingMode.Name).ShouldStartWith("col-");
    }

    [Fact]
    public async Task New_columns_of_a_mapped_table_have_ids_and_names_all_the_way_down()
    {
        await CreateAsync();
        await MapAsync();

        await evolution.AddColumnAsync("n", TypeText.Parse("array<struct<a: int, b: map<string, struct<c: int>>>>"));

        var snapshot = await fixture.Table.LoadAsync();
        var fields = SchemaEdit.All(snapshot.Schema).Select(found => found.Field).ToList();
        fields.Select(ColumnMapping.Id).ShouldBeUnique();
        fields.Select(ColumnMapping.Id).Max().ToString().ShouldBe(snapshot.Configuration["delta.columnMapping.maxColumnId"]);
        foreach (var field in fields)
            ColumnMapping.PhysicalName(field, ColumnMappingMode.Name).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Columns_that_are_not_mapped_keep_their_names()
    {
        await CreateAsync();

        (await evolution.RenameColumnAsync("id", "key").ShouldFailAsync(DeltaLogError.InvalidProperty)).Message.ShouldContain("delta.columnMapping.mode");
        await evolution.DropColumnAsync("id").ShouldFailAsync(DeltaLogError.InvalidProperty);
    }

    [Fact]
    public async Task What_something_hangs_on_is_neither_renamed_nor_dropped()
    {
        await fixture.CreateAsync(
            "SELECT 1::BIGINT AS id, 2::BIGINT AS part, 3::BIGINT AS other, 4::BIGINT AS free",
            ["part"],
            ("delta.constraints.positive", "ID > 0"),
            ("delta.dataSkippingStatsColumns", "id,other")
        );
        await MapAsync();

        (await evolution.DropColumnAsync("part").ShouldFailAsync(DeltaLogError.ColumnInUse)).Message.ShouldContain("partitioned");
        (await evolution.RenameColumnAsync("id", "key").ShouldFailAsync(DeltaLogError.ColumnInUse)).Message.ShouldContain("positive");
        (await evolution.DropColumnAsync("other").ShouldFailAsync(DeltaLogError.ColumnInUse)).Message.ShouldContain("dataSkippingStatsColumns");
        await evolution.RenameColumnAsync("part", "day");
        (await fixture.Table.LoadAsync()).PartitionColumns.ShouldBe(["day"]);
        await evolution.DropColumnAsync("free");
    }

    [Fact]
    public async Task A_wider_type_is_recorded_and_reads_what_was_narrow()
    {
        await CreateAsync();
        await evolution.SetPropertiesAsync(new Dictionary<string, string> { [TableProperties.EnableTypeWidening] = "true" });

        await evolution.WidenColumnAsync("s.x", new PrimitiveType(PrimitiveKind.Long));
        await evolution.WidenColumnAsync("s.list.element.y", new PrimitiveType(PrimitiveKind.Double));
        await evolution.WidenColumnAsync("m.value", new PrimitiveType(PrimitiveKind.Double));

        var snapshot = await fixture.Table.LoadAsync();
        (await TextAsync()).ShouldBe("struct<id: long, s: struct<x: long, list: array<struct<y: double>>>, m: map<string, double>>");
        snapshot.Protocol.ReaderFeatures.ShouldBe(["typeWidening"]);
        SchemaEdit.Find(snapshot.Schema, ["s", "x"]).Metadata["delta.typeChanges"].ShouldBe("""[{"fromType":"integer","toType":"long"}]""");
        snapshot.Schema.Find("m")!.Metadata["delta.typeChanges"].ShouldBe("""[{"fromType":"float","toType":"double","fieldPath":"value"}]""");
        (await fixture.RowsAsync()).ShouldBe(["1|{'x': 1, 'list': [{'y': 2.0}]}|{k=1.5}"]);
    }

    [Theory]
    [InlineData("id", "int")]
    [InlineData("id", "double")]
    [InlineData("id", "string")]
    [InlineData("s", "long")]
    public async Task A_type_that_could_lose_something_is_refused(string path, string type)
    {
        await CreateAsync();
        await evolution.SetPropertiesAsync(new Dictionary<string, string> { [TableProperties.EnableTypeWidening] = "true" });

        await evolution.WidenColumnAsync(path, TypeText.Parse(type)).ShouldFailAsync(DeltaLogError.UnsupportedType);
    }

    [Fact]
    public async Task Columns_are_only_widened_where_the_table_says_so()
    {
        await CreateAsync();

        (await evolution.WidenColumnAsync("s.x", new PrimitiveType(PrimitiveKind.Long)).ShouldFailAsync(DeltaLogError.InvalidProperty)).Message.ShouldContain(
            "delta.enableTypeWidening"
        );
    }

    [Fact]
    public async Task Nulls_are_allowed_where_there_were_none()
    {
        await fixture.Writer.CreateAsync(
            new StructType([
                new StructField("id", new PrimitiveType(PrimitiveKind.Long), Nullable: false),
                new StructField("list", new ArrayType(new PrimitiveType(PrimitiveKind.Long), ContainsNull: false)),
            ])
        );

        await evolution.AllowNullsAsync("id");
        await evolution.AllowNullsAsync("list.element");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT NULL::BIGINT AS id, [NULL::BIGINT] AS list");

        (await fixture.RowsAsync()).ShouldBe(["~|[NULL]"]);
        (await evolution.AllowNullsAsync("id")).ShouldBeNull();
    }

    [Fact]
    public async Task A_change_that_loses_against_appends_is_tried_again()
    {
        await CreateAsync();
        var stop = new CancellationTokenSource();
        var appends = Task.Run(async () =>
        {
            var snapshot = await fixture.Table.LoadAsync();
            for (var index = 0; !stop.IsCancellationRequested; index++)
            {
                try
                {
                    var transaction = fixture.Table.BeginTransaction(snapshot);
                    transaction.Add(TableFolder.File($"f{index}"));
                    await transaction.CommitAsync();
                }
                catch (DeltaLogException exception) when (exception.Error == DeltaLogError.Conflict)
                {
                    snapshot = await fixture.Table.LoadAsync();
                }
            }
        });

        foreach (var name in new[] { "a", "b", "c" })
            await evolution.AddColumnAsync(name, new PrimitiveType(PrimitiveKind.Long));
        await stop.CancelAsync();
        await appends;

        (await SchemaAsync()).Fields.Count.ShouldBe(6);
    }

    public void Dispose() => fixture.Dispose();

    private async Task CreateAsync()
    {
        await fixture.CreateAsync(Rows);
        await fixture.Writer.AppendAsync(fixture.Connection, Rows);
    }

    private async Task MapAsync() => await evolution.SetPropertiesAsync(new Dictionary<string, string> { [ColumnMapping.ModeProperty] = "name" });

    private async Task<StructType> SchemaAsync() => (await fixture.Table.LoadAsync()).Schema;

    private async Task<string> TextAsync() => TypeText.Write(await SchemaAsync());
}
