using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Tests.Schema;

public class SchemaTests
{
    [Theory]
    [InlineData("""{"type":"struct","fields":[]}""")]
    [InlineData(
        """{"type":"struct","fields":[{"name":"a \"b\"","type":"decimal(38,18)","nullable":false,"metadata":{"comment":"x","delta.columnMapping.id":4,"deep":{"a":[1,null]}}},{"name":"m","type":{"type":"map","keyType":"string","valueType":{"type":"array","elementType":{"type":"struct","fields":[{"name":"z","type":"timestamp_ntz","nullable":true,"metadata":{}}]},"containsNull":false},"valueContainsNull":true},"nullable":true,"metadata":{}}]}"""
    )]
    public void A_schema_is_written_as_it_was_read(string json) => SchemaJson.Write(SchemaJson.Parse(json)).ShouldBe(json);

    [Theory]
    [InlineData(
        """{"type":"struct","fields":[{"name":"v","type":"interval year to month","nullable":true,"metadata":{}}]}""",
        DeltaLogError.UnsupportedType,
        "'v'"
    )]
    [InlineData(
        """{"type":"struct","fields":[{"name":"v","type":{"type":"array","elementType":"geometry","containsNull":true},"nullable":true}]}""",
        DeltaLogError.UnsupportedType,
        "'v.element'"
    )]
    [InlineData("""{"type":"struct","fields":[{"name":"v","type":"decimal(39,1)","nullable":true}]}""", DeltaLogError.UnsupportedType, "decimal(39,1)")]
    [InlineData("""{"type":"struct","fields":[{"name":"v","type":"decimal(5,6)","nullable":true}]}""", DeltaLogError.UnsupportedType, "decimal(5,6)")]
    [InlineData("""{"type":"struct","fields":[{"name":"a","type":"long"},{"name":"A","type":"long"}]}""", DeltaLogError.CorruptLog, "two fields")]
    [InlineData("""{"type":"struct"}""", DeltaLogError.CorruptLog, "cannot be understood")]
    [InlineData("""{"type":"array","elementType":"long","containsNull":true}""", DeltaLogError.CorruptLog, "to be a struct")]
    [InlineData("""{"type":"struct","fields":[{"name":7,"type":"long"}]}""", DeltaLogError.CorruptLog, "cannot be understood")]
    [InlineData("\"long\"", DeltaLogError.CorruptLog, "to be a struct")]
    [InlineData("nonsense", DeltaLogError.CorruptLog, "cannot be understood")]
    public void A_schema_that_is_not_understood_is_refused(string json, DeltaLogError error, string part) =>
        new Action(() => SchemaJson.Parse(json)).ShouldFail(error).Message.ShouldContain(part);

    [Fact]
    public void Deep_nesting_is_refused()
    {
        var json =
            string.Concat(Enumerable.Repeat("""{"type":"array","elementType":""", 2000))
            + "\"long\""
            + string.Concat(Enumerable.Repeat(",\"containsNull\":true}", 2000));

        new Action(() => SchemaJson.Parse($$"""{"type":"struct","fields":[{"name":"a","type":{{json}}}]}""")).ShouldFail(DeltaLogError.CorruptLog);
    }

    [Fact]
    public void The_columns_of_a_query_become_a_schema()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();

        var schema = DuckDbTypes.SchemaOf(
            connection,
            "SELECT 1::UTINYINT a, 1::USMALLINT b, 1::UINTEGER c, 1::UBIGINT d, 1::HUGEINT e, uuid() f, [1, 2] g, MAP {'k': {'x': 1.5::DECIMAL(4,1)}} h, now() i, now()::TIMESTAMP j"
        );

        SchemaJson
            .Write(schema)
            .Replace(",\"nullable\":true,\"metadata\":{}", "")
            .ShouldBe(
                """{"type":"struct","fields":[{"name":"a","type":"short"},{"name":"b","type":"integer"},{"name":"c","type":"long"},{"name":"d","type":"decimal(20,0)"},{"name":"e","type":"decimal(38,0)"},{"name":"f","type":"string"},{"name":"g","type":{"type":"array","elementType":"integer","containsNull":true}},{"name":"h","type":{"type":"map","keyType":"string","valueType":{"type":"struct","fields":[{"name":"x","type":"decimal(4,1)"}]},"valueContainsNull":true}},{"name":"i","type":"timestamp"},{"name":"j","type":"timestamp_ntz"}]}"""
            );
    }

    [Theory]
    [InlineData("SELECT TIME '01:02:03' AS t")]
    [InlineData("SELECT INTERVAL 1 DAY AS t")]
    public void A_column_that_delta_has_no_type_for_is_refused(string select)
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();

        new Action(() => DuckDbTypes.SchemaOf(connection, select)).ShouldFail(DeltaLogError.UnsupportedType).Message.ShouldContain("'t'");
    }

    [Fact]
    public void A_new_table_gets_the_lowest_protocol_that_does()
    {
        var plain = SchemaJson.Parse("""{"type":"struct","fields":[{"name":"a","type":"long"}]}""");
        var ntz = SchemaJson.Parse("""{"type":"struct","fields":[{"name":"a","type":"timestamp_ntz"}]}""");
        var feed = new Dictionary<string, string> { ["delta.enableChangeDataFeed"] = "true" };

        Versions(NewTableProtocol.For(plain, new Dictionary<string, string>())).ShouldBe("1 2  ");
        Versions(NewTableProtocol.For(plain, feed)).ShouldBe("1 4  ");
        Versions(NewTableProtocol.For(ntz, feed)).ShouldBe("3 7 timestampNtz timestampNtz,changeDataFeed");
        Versions(NewTableProtocol.For(plain, new Dictionary<string, string> { ["delta.enableInCommitTimestamps"] = "true" }))
            .ShouldBe("1 7  inCommitTimestamp");
        var before = TableFolder.NewProtocol(1, 2);
        NewTableProtocol.With(before, plain, new Dictionary<string, string>()).ShouldBeSameAs(before);
        Versions(NewTableProtocol.With(before, plain, feed)).ShouldBe("1 4  ");
        NewTableProtocol.With(before, ntz, feed).WriterFeatures!.Order().ShouldBe(["appendOnly", "changeDataFeed", "invariants", "timestampNtz"]);

        static string Versions(Tideway.DeltaLog.Actions.Protocol protocol) =>
            $"{protocol.MinReaderVersion} {protocol.MinWriterVersion} {string.Join(',', protocol.ReaderFeatures ?? [])} {string.Join(',', protocol.WriterFeatures ?? [])}";
    }

    [Theory]
    [InlineData("long", "integer")]
    [InlineData("string", "long")]
    [InlineData("timestamp", "date")]
    public void A_change_of_type_that_is_no_widening_is_refused(string from, string to)
    {
        var schema = SchemaJson.Parse(
            $$$$"""{"type":"struct","fields":[{"name":"a","type":"{{{{to}}}}","nullable":true,"metadata":{"delta.typeChanges":[{"fromType":"{{{{from}}}}","toType":"{{{{to}}}}"}]}}]}"""
        );

        new Action(() => TypeWidening.RequireSupported(schema, new Uri("file:///t")))
            .ShouldFail(DeltaLogError.UnsupportedType)
            .Message.ShouldContain($"from {from} to {to}");
    }
}
