using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Schema;
using Tideway.InboundSync.Runs;

namespace Tideway.InboundSync.Tests.Runs;

public sealed class ReceivedMetadataTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void A_schema_without_rules_stays_byte_for_byte()
    {
        const string Schema = """{ "fields" : [{"name":"id","type":"long","nullable":false,"metadata":{"comment":"the key"}}], "type":"struct"}""";

        ReceivedMetadata.ForRows(Remote(Schema), null, Now).SchemaString.ShouldBe(Schema);
    }

    [Fact]
    public void Rules_for_writers_of_the_remote_table_are_left_out()
    {
        const string Schema = """
            {"type":"struct","fields":[
              {"name":"id","type":"long","nullable":false,"metadata":{"delta.identity.start":1,"delta.identity.step":1,"delta.identity.allowExplicitInsert":false,"comment":"the key"}},
              {"name":"day","type":"date","nullable":true,"metadata":{"delta.generationExpression":"CAST(at AS DATE)"}},
              {"name":"state","type":"string","nullable":true,"metadata":{"CURRENT_DEFAULT":"'new'","EXISTS_DEFAULT":"'new'"}},
              {"name":"lines","type":{"type":"array","elementType":{"type":"struct","fields":[{"name":"n","type":"integer","nullable":true,"metadata":{"delta.invariants":"{}"}}]},"containsNull":true},"nullable":true,"metadata":{}},
              {"name":"tags","type":{"type":"map","keyType":"string","valueType":{"type":"struct","fields":[{"name":"v","type":"string","nullable":true,"metadata":{"delta.x":1}}]},"valueContainsNull":true},"nullable":true,"metadata":{}}]}
            """;

        var received = SchemaJson.Parse(ReceivedMetadata.ForRows(Remote(Schema), null, Now).SchemaString);

        received.Fields[0].Metadata.ShouldBe(new Dictionary<string, string> { ["comment"] = "\"the key\"" });
        received.Fields[0].Nullable.ShouldBeFalse();
        received.Fields[1].Metadata.ShouldBeEmpty();
        received.Fields[2].Metadata.ShouldBeEmpty();
        SchemaJson.Write(received).ShouldNotContain("delta.");
        received.Fields.Select(field => field.Name).ShouldBe(["id", "day", "state", "lines", "tags"]);
    }

    [Fact]
    public void Settings_and_identity_of_the_local_table_stay_and_remote_settings_do_not_come()
    {
        var remote = Remote("""{"type":"struct","fields":[]}""") with { Configuration = new Dictionary<string, string> { ["delta.appendOnly"] = "true" } };
        var local = ReceivedMetadata.ForRows(remote, null, Now, ("delta.checkpointInterval", "50"));

        var again = ReceivedMetadata.ForRows(remote with { Id = "other" }, local, Now.AddDays(1), ("delta.enableChangeDataFeed", "true"));

        (again.Id, again.CreatedTime).ShouldBe((local.Id, local.CreatedTime));
        again.Configuration["delta.checkpointInterval"].ShouldBe("50");
        again.Configuration["delta.enableChangeDataFeed"].ShouldBe("true");
        again.Configuration.Keys.ShouldNotContain("delta.appendOnly");
        ReceivedMetadata.IsSameTable(remote, again).ShouldBeFalse();
        ReceivedMetadata.IsSameTable(remote with { Id = "other" }, again).ShouldBeTrue();
    }

    [Fact]
    public void Another_schema_or_partitioning_is_noticed()
    {
        var remote = Remote("""{"type":"struct","fields":[]}""");
        var local = ReceivedMetadata.ForRows(remote, null, Now);

        ReceivedMetadata.HasSameSchema(remote with { TableName = "renamed", Description = "described" }, local).ShouldBeTrue();
        ReceivedMetadata.HasSameSchema(remote with { PartitionColumns = ["day"] }, local).ShouldBeFalse();
        ReceivedMetadata
            .HasSameSchema(Remote("""{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}}]}"""), local)
            .ShouldBeFalse();
    }

    [Fact]
    public void Files_of_mapped_columns_are_found_by_the_names_that_the_remote_table_gave_them()
    {
        var remote = Mapped(
            """{"name":"id","type":"long","nullable":true,"metadata":{"delta.columnMapping.id":7,"delta.columnMapping.physicalName":"col-7","delta.invariants":"x"}}"""
        );

        var local = ReceivedMetadata.ForFiles(remote, null, Now);

        var field = SchemaJson.Parse(local.SchemaString).Fields.Single();
        (ColumnMapping.Id(field), ColumnMapping.PhysicalName(field, ColumnMappingMode.Name)).ShouldBe((7, "col-7"));
        field.Metadata.Keys.ShouldNotContain("delta.invariants");
        local.Configuration["delta.columnMapping.mode"].ShouldBe("id");
        // The server did not tell it.
        local.Configuration["delta.columnMapping.maxColumnId"].ShouldBe("7");
        ReceivedMetadata.HasSameSchema(remote, local).ShouldBeTrue();
        ReceivedMetadata.HasSameSchema(remote with { Configuration = new Dictionary<string, string>() }, local).ShouldBeFalse();
    }

    [Theory]
    [InlineData("id", """{"delta.columnMapping.id":7}""", "has no delta.columnMapping.physicalName")]
    [InlineData("id", """{"delta.columnMapping.physicalName":"a"}""", "has no delta.columnMapping.id")]
    [InlineData(
        "sideways",
        """{"delta.columnMapping.id":7,"delta.columnMapping.physicalName":"a"}""",
        "by name or id (delta.columnMapping.mode), got 'sideways'"
    )]
    public void Mapped_columns_without_what_files_have_them_by_are_refused(string mode, string metadata, string reason)
    {
        var remote = Mapped($$"""{"name":"id","type":"long","nullable":true,"metadata":{{metadata}}}""") with
        {
            Configuration = new Dictionary<string, string> { ["delta.columnMapping.mode"] = mode },
        };

        Should.Throw<Exception>(() => ReceivedMetadata.ForFiles(remote, null, Now)).Message.ShouldContain(reason);
    }

    [Fact]
    public void An_id_of_a_column_is_given_to_no_other_one()
    {
        var first = Mapped("""{"name":"id","type":"long","nullable":true,"metadata":{"delta.columnMapping.id":7,"delta.columnMapping.physicalName":"a"}}""");
        var local = ReceivedMetadata.ForFiles(first, null, Now);
        var fewer = Mapped("""{"name":"id","type":"long","nullable":true,"metadata":{"delta.columnMapping.id":2,"delta.columnMapping.physicalName":"b"}}""");

        ReceivedMetadata.ForFiles(fewer, local, Now).Configuration["delta.columnMapping.maxColumnId"].ShouldBe("7");
        ReceivedMetadata.ForFiles(Remote("""{"type":"struct","fields":[]}"""), local, Now).Configuration.Keys.ShouldNotContain(key => key.StartsWith("delta."));
    }

    [Theory]
    [InlineData("id", false)]
    [InlineData("order id", true)]
    [InlineData("a,b", true)]
    [InlineData("a=b", true)]
    public void Rows_go_into_files_with_the_names_of_their_columns_where_those_are_allowed_there(string name, bool isMapped)
    {
        var remote = Mapped(
            $$$"""{"name":"{{{name}}}","type":"long","nullable":true,"metadata":{"delta.columnMapping.id":1,"delta.columnMapping.physicalName":"col-1","delta.typeChanges":[]}}"""
        );

        var local = ReceivedMetadata.ForRows(remote, null, Now);

        local.Configuration.GetValueOrDefault("delta.columnMapping.mode").ShouldBe(isMapped ? "name" : null);
        local.SchemaString.Contains("col-1", StringComparison.Ordinal).ShouldBe(isMapped);
        local.SchemaString.ShouldNotContain("typeChanges");
        ReceivedMetadata.HasSameSchema(remote, local).ShouldBeTrue();
    }

    private static Metadata Mapped(string field) =>
        Remote($$$"""{"type":"struct","fields":[{{{field}}}]}""") with
        {
            Configuration = new Dictionary<string, string> { ["delta.columnMapping.mode"] = "id" },
        };

    private static Metadata Remote(string schema) =>
        new()
        {
            Id = "remote",
            TableName = "orders",
            SchemaString = schema,
        };
}
