using FsCheck;
using FsCheck.Fluent;

namespace Tideway.DuckDb.Tests;

public sealed class SqlTextTests : IDisposable
{
    private readonly Session session = new();

    [Theory]
    [InlineData("plain")]
    [InlineData("select")]
    [InlineData("with \"quotes\"")]
    [InlineData("\"")]
    [InlineData("\"\"; DROP TABLE t; --")]
    [InlineData("a.b")]
    [InlineData("'single'")]
    [InlineData("back\\slash \n new line")]
    [InlineData("\u20AC\U0001F600")]
    public void A_hostile_name_is_only_a_name(string name)
    {
        session.Connection.Execute($"CREATE TABLE {SqlText.Identifier(name)} (a INTEGER)");

        session.Value("SELECT table_name FROM duckdb_tables()").ShouldBe(name);
        session.Value($"SELECT count(*) FROM {SqlText.QualifiedIdentifier("memory", "main", name)}").ShouldBe(0L);
    }

    [Fact]
    public void Any_text_survives_as_a_literal() =>
        Prop.ForAll<NonNull<string>>(text =>
            {
                // Half of a surrogate pair has no UTF-8 form.
                var given = new string([.. text.Get.Where(c => c != '\0' && !char.IsSurrogate(c))]);
                session.Value($"SELECT {SqlText.Literal(given)}").ShouldBe(given);
            })
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Lists_of_literals_are_quoted() =>
        session.Value($"SELECT {SqlText.LiteralList(["a", "it's"])}").ShouldBeEquivalentTo(new List<object?> { "a", "it's" });

    [Fact]
    public void A_nul_is_refused()
    {
        Should.Throw<ArgumentException>(() => SqlText.Identifier("a\0b"));
        Should.Throw<ArgumentException>(() => SqlText.Literal("a\0b"));
        Should.Throw<ArgumentException>(() => SqlText.Identifier(""));
        Should.Throw<ArgumentException>(() => SqlText.QualifiedIdentifier());
    }

    public void Dispose() => session.Dispose();
}
