namespace Tideway.DeltaLog.Tests.Reading;

public sealed class TypeWideningTests : IDisposable
{
    private readonly LakeFolder lake = new();

    [Theory]
    [InlineData("byte", "short", "(-5)::TINYINT", "-5")]
    [InlineData("byte", "integer", "(-5)::TINYINT", "-5")]
    [InlineData("byte", "long", "(-5)::TINYINT", "-5")]
    [InlineData("short", "integer", "(-500)::SMALLINT", "-500")]
    [InlineData("short", "long", "(-500)::SMALLINT", "-500")]
    [InlineData("integer", "long", "(-50000)::INTEGER", "-50000")]
    [InlineData("float", "double", "1.5::FLOAT", "1.5")]
    [InlineData("byte", "double", "7::TINYINT", "7.0")]
    [InlineData("short", "double", "7::SMALLINT", "7.0")]
    [InlineData("integer", "double", "7::INTEGER", "7.0")]
    [InlineData("date", "timestamp_ntz", "DATE '2024-02-29'", "2024-02-29 00:00:00")]
    [InlineData("decimal(6,2)", "decimal(10,4)", "1234.56::DECIMAL(6,2)", "1234.5600")]
    [InlineData("decimal(6,2)", "decimal(38,2)", "1234.56::DECIMAL(6,2)", "1234.56")]
    [InlineData("byte", "decimal(11,1)", "7::TINYINT", "7.0")]
    [InlineData("short", "decimal(10,0)", "7::SMALLINT", "7")]
    [InlineData("integer", "decimal(12,2)", "(-2147483648)::INTEGER", "-2147483648.00")]
    [InlineData("long", "decimal(21,1)", "(-9223372036854775808)::BIGINT", "-9223372036854775808.0")]
    public async Task A_narrower_file_is_read_at_every_depth_and_as_a_partition(string from, string to, string value, string text)
    {
        string Changes(string path) =>
            $"\"delta.typeChanges\":[{{\"fromType\":\"{from}\",\"toType\":\"{to}\"{(path.Length > 0 ? $",\"fieldPath\":\"{path}\"" : "")}}}]";
        var fields = string.Join(
            ',',
            LakeFolder.Field("c", to, Changes("")),
            LakeFolder.Field("s", $$$"""{"type":"struct","fields":[{{{LakeFolder.Field("f", to, Changes(""))}}}]}"""),
            LakeFolder.Field("l", $$$"""{"type":"array","elementType":"{{{to}}}","containsNull":true}""", Changes("element")),
            LakeFolder.Field("m", $$$"""{"type":"map","keyType":"string","valueType":"{{{to}}}","valueContainsNull":true}""", Changes("value")),
            LakeFolder.Field("p", to, Changes(""))
        );
        var narrow = lake.Texts($"SELECT {value}::VARCHAR")[0];
        lake.Folder.Commit(
            0,
            LakeFolder.Protocol("typeWidening", "timestampNtz"),
            LakeFolder.Metadata(fields, ["p"]),
            lake.Write("old.parquet", $"SELECT {value} AS c, {{'f': {value}}} AS s, [{value}, NULL] AS l, MAP {{'k': {value}}} AS m")
                .Replace("\"partitionValues\":{}", $"\"partitionValues\":{{\"p\":\"{narrow}\"}}")
        );

        (await lake.RowsAsync()).ShouldBe([$"{text}|{{'f': {Quoted(text)}}}|[{Quoted(text)}, NULL]|{{k={Quoted(text)}}}|{text}"]);
    }

    [Theory]
    [InlineData("long", "integer")]
    [InlineData("string", "integer")]
    [InlineData("long", "double")]
    [InlineData("integer", "decimal(9,0)")]
    [InlineData("decimal(6,2)", "decimal(6,3)")]
    [InlineData("timestamp", "timestamp_ntz")]
    public async Task A_change_that_the_protocol_does_not_know_is_refused_and_named(string from, string to)
    {
        var changes = $"\"delta.typeChanges\":[{{\"fromType\":\"{from}\",\"toType\":\"{to}\"}}]";
        lake.Folder.Commit(0, LakeFolder.Protocol("typeWidening"), LakeFolder.Metadata(LakeFolder.Field("c", to, changes)));

        var failure = await lake.RowsAsync().ShouldFailAsync(DeltaLogError.UnsupportedType);

        failure.Message.ShouldContain("'c'");
        failure.Message.ShouldContain($"from {from} to {to}");
    }

    public void Dispose() => lake.Dispose();

    // Within nested values DuckDB puts what holds a colon or a space in quotes.
    private static string Quoted(string text) => text.Contains(':', StringComparison.Ordinal) ? $"'{text}'" : text;
}
