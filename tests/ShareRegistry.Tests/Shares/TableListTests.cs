using Tideway.ShareRegistry.Shares;

namespace Tideway.ShareRegistry.Tests.Shares;

public sealed class TableListTests
{
    [Fact]
    public void A_share_holds_a_thousand_tables_and_no_more()
    {
        var list = new TableList("sales", []);
        for (var i = 0; i < 1000; i++)
            list.Apply(new TableChange.Add(Table($"t{i}"))).ShouldBeNull();

        list.Apply(new TableChange.Add(Table("t1000"))).ShouldNotBeNull().Code.ShouldBe("RESOURCE_LIMIT_EXCEEDED");
        list.Apply(new TableChange.Remove("t7", null)).ShouldBeNull();
        list.Apply(new TableChange.Add(Table("t1000"))).ShouldBeNull();
    }

    [Fact]
    public void Of_several_tables_with_one_name_the_alias_tells_which()
    {
        var list = new TableList("sales", [Table("t", "a"), Table("t", "b")]);

        list.Apply(new TableChange.Remove("t", null)).ShouldNotBeNull().Code.ShouldBe("INVALID_PARAMETER_VALUE");
        list.Apply(new TableChange.Remove("t", "s.b")).ShouldBeNull();
        list.Tables.ShouldHaveSingleItem().TableName.ShouldBe("a");
    }

    [Fact]
    public void History_cannot_end_while_changes_are_shared()
    {
        var list = new TableList("sales", [Table("t") with { HistoryShared = true, ChangeFeedShared = true }]);

        list.Apply(new TableChange.Update("t") { HistoryShared = false }).ShouldNotBeNull().Message.ShouldContain("cdf_enabled");
        list.Apply(new TableChange.Update("t") { HistoryShared = false, ChangeFeedShared = false }).ShouldBeNull();
    }

    private static ShareTable Table(string name, string? alias = null) =>
        new()
        {
            TableId = Guid.CreateVersion7(),
            SourceName = name,
            SchemaName = "s",
            TableName = alias ?? name,
        };
}
