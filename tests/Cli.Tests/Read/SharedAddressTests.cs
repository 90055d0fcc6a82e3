using Tideway.Cli.Read;

namespace Tideway.Cli.Tests.Read;

public sealed class SharedAddressTests
{
    [Theory]
    [InlineData("partner.share#sales.public.orders", "partner.share", "sales", "public", "orders")]
    [InlineData("/a#b/partner.share#sales.public.orders", "/a#b/partner.share", "sales", "public", "orders")]
    [InlineData("p#share.with.dots.public.orders", "p", "share.with.dots", "public", "orders")]
    public void The_name_of_a_table_follows_the_profile_file(string text, string profile, string share, string schema, string table)
    {
        var address = SharedAddress.Parse(text);

        address.Profile.ShouldBe(profile);
        var found = address.Table.ShouldNotBeNull();
        (found.Share, found.Schema, found.Table).ShouldBe((share, schema, table));
    }

    [Theory]
    [InlineData("partner.share", 0)]
    [InlineData("partner.share#", 0)]
    [InlineData("partner.share#sales", 1)]
    [InlineData("partner.share#sales.public", 2)]
    public void Less_than_a_table_asks_for_a_list(string text, int names)
    {
        var address = SharedAddress.Parse(text);

        address.Table.ShouldBeNull();
        address.Names.Count.ShouldBe(names);
    }

    [Theory]
    [InlineData("#sales.public.orders", "no profile file")]
    [InlineData("p#a b.c.d", "name of a share")]
    [InlineData("p#a.b/c.d", "schema or what")]
    [InlineData("p#a..d", "schema or what")]
    public void What_is_no_name_is_refused(string text, string expected)
    {
        var failure = Should.Throw<CliFailure>(() => SharedAddress.Parse(text));

        failure.ExitCode.ShouldBe(ExitCode.Usage);
        failure.Message.ShouldContain(expected);
    }
}
