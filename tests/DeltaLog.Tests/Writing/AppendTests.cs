using System.Text.Json;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Writing;

namespace Tideway.DeltaLog.Tests.Writing;

public sealed class AppendTests : IDisposable
{
    private const string EveryType = """
        SELECT 1::TINYINT byte, 2::SMALLINT short, 3::INTEGER "int", 4::BIGINT "long", 1.5::FLOAT "float", -2.25::DOUBLE "double", true bool,
            'it''s' AS text, '\xAA\xBB'::BLOB bin, DATE '2024-02-29' AS day, TIMESTAMPTZ '2024-01-02 03:04:05.678901+00' AS ts,
            TIMESTAMP '1969-12-31 23:59:59.999999' AS ntz, 1.50::DECIMAL(10,2) AS money, 12345678901234567890123456789.5::DECIMAL(38,1) AS huge,
            {'a': 1, 'b': {'c': 'x'}} AS st, [1, NULL, 3] AS list, MAP {'k': {'v': 1}} AS m
        """;

    private readonly WriterFixture fixture = new();

    [Fact]
    public async Task Rows_of_every_type_come_back()
    {
        await fixture.CreateAsync(EveryType);

        var result = await fixture.Writer.AppendAsync(fixture.Connection, $"{EveryType} UNION ALL BY NAME SELECT NULL AS byte");

        result.ShouldSatisfyAllConditions(() => result.Version.ShouldBe(1), () => result.RowsInserted.ShouldBe(2), () => result.FilesAdded.ShouldBe(1));
        (await fixture.RowsAsync()).ShouldBe(fixture.Texts($"{EveryType} UNION ALL BY NAME SELECT NULL AS byte"));
    }

    [Fact]
    public async Task A_table_with_zoneless_timestamps_gets_the_feature_for_them()
    {
        await fixture.CreateAsync(EveryType);

        var protocol = (await fixture.Table.LoadAsync()).Protocol;

        (protocol.MinReaderVersion, protocol.MinWriterVersion).ShouldBe((3, 7));
        protocol.ReaderFeatures.ShouldBe(["timestampNtz"]);
    }

    [Fact]
    public async Task Statistics_are_written_as_the_protocol_has_them()
    {
        await fixture.CreateAsync(EveryType);
        await fixture.Writer.AppendAsync(
            fixture.Connection,
            $"{EveryType} UNION ALL BY NAME SELECT 9::TINYINT AS byte, repeat('z', 40) AS text, TIMESTAMPTZ '2024-01-02 03:04:05.678001+00' AS ts"
        );

        var stats = JsonDocument.Parse((await fixture.Table.LoadAsync()).Files.Single().Stats!).RootElement;

        stats.GetProperty("numRecords").GetInt64().ShouldBe(2);
        stats
            .GetProperty("minValues")
            .GetRawText()
            .ShouldBe(
                """{"byte":1,"short":2,"int":3,"long":4,"float":1.5,"double":-2.25,"text":"it's","day":"2024-02-29","ts":"2024-01-02T03:04:05.678Z","ntz":"1969-12-31T23:59:59.999","money":1.50,"huge":12345678901234567890123456789.5,"st":{"a":1,"b":{"c":"x"}}}"""
            );
        var max = stats.GetProperty("maxValues");
        max.GetProperty("byte").GetInt32().ShouldBe(9);
        max.GetProperty("text").GetString().ShouldBe(new string('z', 32) + "\U0010FFFF");
        max.GetProperty("ts").GetString().ShouldBe("2024-01-02T03:04:05.679Z");
        max.GetProperty("ntz").GetString().ShouldBe("1970-01-01T00:00:00.000");
        stats.GetProperty("nullCount").GetProperty("short").GetInt64().ShouldBe(1);
        stats.GetProperty("nullCount").GetProperty("st").GetProperty("b").GetProperty("c").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task Values_without_an_order_get_no_bounds()
    {
        await fixture.CreateAsync("SELECT 1.0::DOUBLE AS d, 1.0::DOUBLE AS e, true AS b");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 'NaN'::DOUBLE AS d, 'inf'::DOUBLE AS e, true AS b UNION ALL SELECT 1, 1, false");

        var stats = JsonDocument.Parse((await fixture.Table.LoadAsync()).Files.Single().Stats!).RootElement;

        stats.GetProperty("minValues").GetRawText().ShouldBe("""{"e":1.0}""");
        stats.GetProperty("maxValues").GetRawText().ShouldBe("{}");
    }

    [Fact]
    public async Task Only_the_leading_columns_get_statistics()
    {
        var select = "SELECT " + string.Join(", ", Enumerable.Range(0, 40).Select(index => $"{index} AS c{index}"));
        await fixture.CreateAsync(select);
        await fixture.Writer.AppendAsync(fixture.Connection, select);

        var stats = JsonDocument.Parse((await fixture.Table.LoadAsync()).Files.Single().Stats!).RootElement;

        stats.GetProperty("maxValues").EnumerateObject().Count().ShouldBe(32);
        stats.GetProperty("nullCount").EnumerateObject().Count().ShouldBe(32);
    }

    [Theory]
    [InlineData("VARCHAR", "'a/b=c %?*[x]'", "''", "'e\u0301\U0001F600'", "'..'", "' '", "'__HIVE_DEFAULT_PARTITION__'", "'x\ny\\z\"#'''")]
    [InlineData("INTEGER", "-1", "0", "2147483647")]
    [InlineData("DOUBLE", "1e300", "-0.5", "'NaN'::DOUBLE", "'-inf'::DOUBLE")]
    [InlineData("BOOLEAN", "true", "false")]
    [InlineData("DATE", "DATE '0005-01-02'", "DATE '2024-02-29'")]
    [InlineData("TIMESTAMPTZ", "TIMESTAMPTZ '2024-01-02 03:04:05.678901+00'", "TIMESTAMPTZ '1960-01-01 00:00:00+00'")]
    [InlineData("TIMESTAMP", "TIMESTAMP '2024-01-02 03:04:05.678901'")]
    [InlineData("DECIMAL(20,3)", "12345678901234567.125::DECIMAL(20,3)")]
    [InlineData("BLOB", "'abc'::BLOB")]
    public async Task Partition_values_of_any_kind_come_back(string type, params string[] values)
    {
        var select = string.Join(" UNION ALL ", values.Append("NULL").Select((value, index) => $"SELECT {index} AS id, CAST({value} AS {type}) AS p"));
        await fixture.CreateAsync(select, ["p"]);

        await fixture.Writer.AppendAsync(fixture.Connection, select);
        await fixture.Table.WriteCheckpointAsync(1);
        File.Delete(fixture.Folder.CommitPath(1));

        // An empty text is null in the protocol's words.
        var expected = type == "VARCHAR" ? $"SELECT id, nullif(p, '') AS p FROM ({select})" : select;
        (await fixture.RowsAsync()).ShouldBe(fixture.Texts(expected));
        (await fixture.RowsAsync(columns: ["p"])).Count.ShouldBe(values.Length + 1);
    }

    [Fact]
    public async Task Several_partition_columns_make_nested_folders()
    {
        await fixture.CreateAsync("SELECT 1 AS id, 'x' AS a, DATE '2024-01-01' AS b", ["b", "a"]);

        await fixture.Writer.AppendAsync(
            fixture.Connection,
            "SELECT i AS id, 'v' || (i % 2) AS a, DATE '2024-01-01' + (i % 3)::INTEGER AS b FROM range(60) t(i)"
        );

        var snapshot = await fixture.Table.LoadAsync();
        snapshot.FileCount.ShouldBe(6);
        snapshot.Files.ShouldAllBe(file =>
            file.Path.StartsWith($"b={file.PartitionValues["b"]}/a={file.PartitionValues["a"]}/part-", StringComparison.Ordinal)
        );
        snapshot.NumRecords.ShouldBe(60);
        (await fixture.RowsAsync()).Count.ShouldBe(60);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Many_rows_become_several_files(bool partitioned)
    {
        const string Select = "SELECT i AS id, md5(i::VARCHAR) AS h, 'p' AS p FROM range(400000) t(i)";
        await fixture.CreateAsync(Select, partitioned ? ["p"] : []);

        var result = await fixture.Writer.AppendAsync(fixture.Connection, Select, new WriteOptions { TargetFileBytes = 2_000_000 });

        result.FilesAdded.ShouldBeGreaterThan(1);
        (await fixture.Table.LoadAsync()).NumRecords.ShouldBe(400_000);
        fixture.DataFiles().Count.ShouldBe(result.FilesAdded);
    }

    [Fact]
    public async Task Columns_go_by_name_and_missing_ones_are_null()
    {
        await fixture.CreateAsync("SELECT 1 AS id, 'x' AS name, 1.5 AS amount");

        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 'n' AS NAME, 7::BIGINT AS Id");

        (await fixture.RowsAsync()).ShouldBe(["7|n|~"]);
    }

    [Theory]
    [InlineData("SELECT 1 AS id, 2 AS surplus", "surplus")]
    [InlineData("SELECT 'x' AS id", "Could not convert")]
    [InlineData("SELECT 99999999999 AS id", "INT64")]
    [InlineData("SELECT NULL::INTEGER AS id", "Column 'id' holds a null")]
    [InlineData("SELECT 1 AS id, {'a': NULL::INTEGER} AS st", "Column 'st' holds a null")]
    [InlineData("SELECT 1 AS id, [1, NULL] AS list", "Column 'list' holds a null")]
    [InlineData("SELECT 1 AS id, MAP {'a': NULL::INTEGER} AS m", "Column 'm' holds a null")]
    public async Task Rows_that_do_not_fit_are_refused_and_leave_nothing(string select, string reason)
    {
        var number = new PrimitiveType(PrimitiveKind.Integer);
        await fixture.Writer.CreateAsync(
            new StructType([
                new StructField("id", number, Nullable: false),
                new StructField("st", new StructType([new StructField("a", number, Nullable: false)])),
                new StructField("list", new ArrayType(number, ContainsNull: false)),
                new StructField("m", new MapType(new PrimitiveType(PrimitiveKind.String), number, ValueContainsNull: false)),
            ])
        );

        var failure = await fixture.Writer.AppendAsync(fixture.Connection, select).ShouldFailAsync(DeltaLogError.InvalidData);

        failure.Message.ShouldContain(reason);
        fixture.DataFiles().ShouldBeEmpty();
        (await fixture.Table.LatestVersionAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Appending_nothing_commits_nothing_unless_a_transaction_is_recorded()
    {
        await fixture.CreateAsync("SELECT 1 AS id");

        (await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id WHERE false")).Commit.ShouldBeNull();
        (await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id WHERE false", new WriteOptions { Transaction = ("sync", 4) })).Version.ShouldBe(
            1
        );

        (await fixture.Table.LoadAsync()).Transactions["sync"].ShouldBe(4);
        fixture.DataFiles().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_transaction_of_an_application_is_applied_once()
    {
        await fixture.CreateAsync("SELECT 1 AS id");
        var options = new WriteOptions { Transaction = ("sync", 4) };
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id", options);

        (await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id", options)).AlreadyCommitted.ShouldBeTrue();
        (await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id", options with { Transaction = ("sync", 3) })).AlreadyCommitted.ShouldBeTrue();
        (await fixture.RowsAsync()).ShouldBe(["1"]);
    }

    [Fact]
    public async Task A_column_can_come_with_the_rows_that_have_it()
    {
        await fixture.CreateAsync("SELECT 1 AS id");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id");
        var before = await fixture.Table.LoadAsync();
        var wider = before.Metadata with
        {
            SchemaString = SchemaJson.Write(DuckDbTypes.SchemaOf(fixture.Connection, "SELECT 1 AS id, now()::TIMESTAMP AS at")),
        };

        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 2 AS id, TIMESTAMP '2024-01-01 00:00:00' AS at", new WriteOptions { Metadata = wider });

        (await fixture.RowsAsync()).ShouldBe(["1|~", "2|2024-01-01 00:00:00"]);
        (await fixture.Table.LoadAsync()).Protocol.ReaderFeatures.ShouldBe(["timestampNtz"]);
    }

    [Fact]
    public async Task The_session_keeps_its_time_zone()
    {
        await fixture.CreateAsync("SELECT now() AS ts");
        fixture.Connection.Execute("SET TimeZone = 'America/New_York'");

        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT TIMESTAMPTZ '2024-01-01 00:00:00+00' AS ts");

        fixture.Connection.Scalar<string>("SELECT current_setting('TimeZone')").ShouldBe("America/New_York");
        (await fixture.RowsAsync()).ShouldBe(["2024-01-01 00:00:00+00"]);
    }

    [Fact]
    public void A_table_elsewhere_cannot_be_written_to() =>
        new Action(() => _ = new DeltaTableWriter(new DeltaTable(new FaultyStore(fixture.Folder.Store) { IsRemote = true }, TimeProvider.System))).ShouldFail(
            DeltaLogError.NotSupportedByStore
        );

    public void Dispose() => fixture.Dispose();
}
