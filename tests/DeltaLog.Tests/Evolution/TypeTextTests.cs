using Tideway.DeltaLog.Evolution;
using Tideway.DeltaLog.Schema;

namespace Tideway.DeltaLog.Tests.Evolution;

public sealed class TypeTextTests
{
    [Theory]
    [InlineData("BIGINT", "long")]
    [InlineData(" int ", "integer")]
    [InlineData("decimal", "decimal(10,0)")]
    [InlineData("numeric(38, 5)", "decimal(38,5)")]
    [InlineData("array<map<string,array<double>>>", "array<map<string, array<double>>>")]
    [InlineData("struct<a:int,`b c`: struct<d: timestamp_ntz>>", "struct<a: integer, `b c`: struct<d: timestamp_ntz>>")]
    public void A_type_reads_as_people_write_it(string text, string written)
    {
        TypeText.Write(TypeText.Parse(text)).ShouldBe(written);
        TypeText.Parse(written).ShouldBe(TypeText.Parse(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("blue")]
    [InlineData("decimal(39)")]
    [InlineData("decimal(5,6)")]
    [InlineData("array<int")]
    [InlineData("array<int>>")]
    [InlineData("struct<a int>")]
    [InlineData("struct<a: int, A: int>")]
    [InlineData("struct<`: int>")]
    [InlineData("map<string>")]
    public void What_is_no_type_is_refused_with_the_place(string text) => Should.Throw<FormatException>(() => TypeText.Parse(text)).Message.ShouldContain(text);

    [Fact]
    public void Types_inside_each_other_have_an_end() =>
        Should.Throw<FormatException>(() => TypeText.Parse(string.Concat(Enumerable.Repeat("array<", 10_000))));

    [Theory]
    [InlineData("a.b", new[] { "a", "b" })]
    [InlineData("`a.b`.c", new[] { "a.b", "c" })]
    [InlineData("`a``b`", new[] { "a`b" })]
    public void A_path_names_columns_with_dots_in_backticks(string path, string[] names) => ColumnPath.Parse(path).ShouldBe(names);

    [Theory]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a.")]
    [InlineData("`a")]
    [InlineData(" ")]
    public void What_is_no_path_is_refused(string path) => Should.Throw<ArgumentException>(() => ColumnPath.Parse(path));
}
