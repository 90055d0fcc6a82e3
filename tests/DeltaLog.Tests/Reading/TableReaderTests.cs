using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Tests.Writing;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Tests.Reading;

public sealed class TableReaderTests : IDisposable
{
    private readonly WriterFixture fixture = new();

    [Theory]
    [InlineData("plain.parquet", "plain.parquet")]
    [InlineData("a%20b/c%2525d.parquet", "a b/c%25d.parquet")]
    [InlineData("st*r[1]?{x,y}.parquet", "st*r[1]?{x,y}.parquet")]
    [InlineData("p=1/x'y\\\"z#+&.parquet", "p=1/x'y\"z#+&.parquet")]
    [InlineData("%C3%A9%F0%9F%98%80.parquet", "\u00e9\U0001F600.parquet")]
    [InlineData("odd%.parquet", "odd%.parquet")]
    public async Task A_file_is_found_by_its_decoded_path(string path, string name)
    {
        WriteParquet(name, "SELECT 7::BIGINT AS id");
        // A name that the pattern would match as well, were it one.
        WriteParquet("star1x.parquet", "SELECT 8::BIGINT AS id");
        fixture.Folder.Create(TableFolder.Add(path));

        (await fixture.RowsAsync()).ShouldBe(["7"]);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("file:///etc/passwd")]
    [InlineData("s3://bucket/other/x.parquet")]
    public async Task A_file_elsewhere_is_refused(string path)
    {
        fixture.Folder.Create(TableFolder.Add(path));

        (await fixture.RowsAsync().ShouldFailAsync(DeltaLogError.FileOutsideTable)).File.ShouldBe(path);
    }

    [Theory]
    [InlineData("../x.parquet")]
    [InlineData("a/..%2F..%2Fx.parquet")]
    [InlineData("a%5Cb.parquet")]
    [InlineData("")]
    public async Task A_path_that_is_no_key_is_refused(string path)
    {
        fixture.Folder.Create(TableFolder.Add(path));

        (await fixture.RowsAsync().ShouldFailAsync(DeltaLogError.FileOutsideTable)).File.ShouldBe(path);
    }

    [Fact]
    public async Task An_absolute_path_within_the_table_is_read()
    {
        WriteParquet("x y.parquet", "SELECT 7::BIGINT AS id");
        fixture.Folder.Create(TableFolder.Add($"file://{fixture.Folder.Path}/x%20y.parquet"));

        (await fixture.RowsAsync()).ShouldBe(["7"]);
    }

    [Fact]
    public async Task Columns_and_conditions_can_be_chosen()
    {
        await fixture.CreateAsync("SELECT 1 AS id, 'x' AS name, 2 AS p", ["p"]);
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT i AS id, 'n' || i AS name, i % 2 AS p FROM range(6) t(i)");
        var snapshot = await fixture.Table.LoadAsync();
        var reader = new TableReader(fixture.Folder.Store);

        fixture.Texts(await reader.ScanSqlAsync(snapshot, new ScanOptions { Columns = ["NAME"], WhereSql = "p = 1 AND id > 1" })).ShouldBe(["n3", "n5"]);
        fixture.Texts(await reader.ScanSqlAsync(snapshot, new ScanOptions { Columns = ["p"], Files = snapshot.Files.Take(1) })).ShouldBe(["0", "0", "0"]);
        fixture
            .Texts($"SELECT count(*) FROM ({await reader.ScanSqlAsync(snapshot)}) a JOIN ({await reader.ScanSqlAsync(snapshot)}) b USING (id)")
            .ShouldBe(["6"]);
        await Should.ThrowAsync<ArgumentException>(reader.ScanSqlAsync(snapshot, new ScanOptions { Columns = ["nothing"] }));
    }

    [Fact]
    public async Task An_empty_table_has_its_columns_and_no_rows()
    {
        await fixture.CreateAsync("SELECT 1 AS id, {'a': 'x'} AS st, DATE '2024-01-01' AS p", ["p"], WriterFixture.FeedOn);
        var snapshot = await fixture.Table.LoadAsync();

        var sql = await new TableReader(fixture.Folder.Store).ScanSqlAsync(snapshot);
        var changes = await new TableReader(fixture.Folder.Store).ChangesSqlAsync(snapshot, await fixture.Table.ReadChangeDataFeedAsync(0).ToListAsync());

        fixture.Texts(sql).ShouldBeEmpty();
        fixture.Texts($"SELECT column_name, column_type FROM (DESCRIBE {sql})").ShouldBe(["id|INTEGER", "p|DATE", "st|STRUCT(a VARCHAR)"]);
        fixture.Texts(changes).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_column_named_like_one_of_the_engine_is_the_tables_own()
    {
        const string Select = "SELECT 1 AS filename, 2 AS file_row_number, 3 AS file_index, 4 AS c0, 5 AS e, 6 AS s, 7 AS v, 'x' AS p";
        await fixture.CreateAsync(Select, ["p"], WriterFixture.FeedOn);
        await fixture.Writer.AppendAsync(fixture.Connection, Select);
        await fixture.Writer.UpdateAsync(fixture.Connection, new Dictionary<string, string> { ["c0"] = "filename + 10" }, "e = 5");

        (await fixture.RowsAsync()).ShouldBe(["1|2|3|11|5|6|7|x"]);
        (await fixture.ChangesAsync(2)).ShouldBe(["1|2|3|11|5|6|7|x|update_postimage|2", "1|2|3|4|5|6|7|x|update_preimage|2"]);
    }

    [Fact]
    public async Task Ten_thousand_files_are_read_in_one_query()
    {
        const int Count = 10_000;
        WriteParquet("first.parquet", "SELECT 7::BIGINT AS id");
        var bytes = File.ReadAllBytes(Path.Combine(fixture.Folder.Path, "first.parquet"));
        var metadata = TableFolder
            .Metadata.Replace("\"partitionColumns\":[]", "\"partitionColumns\":[\"p\"]")
            .Replace(
                "\\\"metadata\\\":{}}]",
                "\\\"metadata\\\":{}},{\\\"name\\\":\\\"p\\\",\\\"type\\\":\\\"integer\\\",\\\"nullable\\\":true,\\\"metadata\\\":{}}]"
            );
        var adds = new List<string>();
        for (var index = 0; index < Count; index++)
        {
            File.WriteAllBytes(Path.Combine(fixture.Folder.Path, $"part-{index}.parquet"), bytes);
            adds.Add(TableFolder.Add($"part-{index}.parquet").Replace("\"partitionValues\":{}", $"\"partitionValues\":{{\"p\":\"{index}\"}}"));
        }

        fixture.Folder.Commit(0, [TableFolder.Protocol, metadata, .. adds]);
        var sql = await new TableReader(fixture.Folder.Store).ScanSqlAsync(await fixture.Table.LoadAsync());

        fixture.Texts($"SELECT count(*), sum(id), count(DISTINCT p), max(p) FROM ({sql})").ShouldBe([$"{Count}|{7 * Count}|{Count}|{Count - 1}"]);
    }

    [Fact]
    public async Task Timestamps_are_not_read_in_another_time_zone()
    {
        await fixture.CreateAsync("SELECT now() AS ts");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT now() AS ts");
        var sql = await new TableReader(fixture.Folder.Store).ScanSqlAsync(await fixture.Table.LoadAsync());
        fixture.Connection.Execute("SET TimeZone = 'America/New_York'");

        Should.Throw<DuckDbException>(() => fixture.Connection.Scalar<long>($"SELECT count(ts) FROM ({sql})")).Message.ShouldContain("SET TimeZone");
    }

    [Fact]
    public async Task Rows_of_a_store_elsewhere_are_read_from_where_they_were_brought()
    {
        WriteParquet("x.parquet", "SELECT 7::BIGINT AS id");
        fixture.Folder.Create(TableFolder.Add("x.parquet"));
        var snapshot = await fixture.Table.LoadAsync();
        var reader = new TableReader(new FaultyStore(fixture.Folder.Store) { IsRemote = true });

        await reader.ScanSqlAsync(snapshot).ShouldFailAsync(DeltaLogError.NotSupportedByStore);
        fixture.Texts(await reader.ScanSqlAsync(snapshot, new ScanOptions { LocalPath = key => Path.Combine(fixture.Folder.Path, key) })).ShouldBe(["7"]);
    }

    [Fact]
    public async Task Files_that_are_gone_are_told()
    {
        await fixture.CreateAsync("SELECT 1 AS id");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id");
        var snapshot = await fixture.Table.LoadAsync();
        var reader = new TableReader(fixture.Folder.Store);
        reader.MissingFiles(snapshot).ShouldBeEmpty();

        File.Delete(Path.Combine(fixture.Folder.Path, snapshot.Files.Single().Path));

        reader.MissingFiles(snapshot).ShouldBe(snapshot.Files);
    }

    [Fact]
    public async Task Changes_of_an_older_schema_are_read_with_the_newer_one()
    {
        await fixture.CreateAsync("SELECT 1 AS id", null, WriterFixture.FeedOn);
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id");
        await SetSchemaAsync("SELECT 1 AS id, 'x' AS name");
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 2 AS id, 'x' AS name");

        (await fixture.ChangesAsync(0)).ShouldBe(["1|~|insert|1", "2|x|insert|3"]);
    }

    [Theory]
    [InlineData("SELECT 'x' AS id, 1 AS kept", "another type for 'id'")]
    [InlineData("SELECT 1 AS kept", "the column 'id', which is gone")]
    public async Task Changes_whose_schema_does_not_fit_are_refused(string select, string reason)
    {
        await fixture.CreateAsync("SELECT 1 AS id, 1 AS kept", null, WriterFixture.FeedOn);
        await fixture.Writer.AppendAsync(fixture.Connection, "SELECT 1 AS id");
        await SetSchemaAsync(select);

        var failure = await fixture.ChangesAsync(0).ShouldFailAsync(DeltaLogError.IncompatibleSchemaChange);

        failure.Version.ShouldBe(0);
        failure.Message.ShouldContain(reason);
    }

    public void Dispose() => fixture.Dispose();

    private async Task SetSchemaAsync(string select)
    {
        var snapshot = await fixture.Table.LoadAsync();
        var transaction = fixture.Table.BeginTransaction(snapshot);
        transaction.UpdateMetadata(
            snapshot.Metadata with
            {
                SchemaString = Tideway.DeltaLog.Schema.SchemaJson.Write(Tideway.DeltaLog.Schema.DuckDbTypes.SchemaOf(fixture.Connection, select)),
            }
        );
        await transaction.CommitAsync();
    }

    private void WriteParquet(string name, string select)
    {
        var path = Path.Combine(fixture.Folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        fixture.Connection.Execute($"COPY ({select}) TO {SqlText.Literal(path)} (FORMAT parquet)");
    }
}
