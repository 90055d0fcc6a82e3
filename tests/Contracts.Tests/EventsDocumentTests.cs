namespace Tideway.Contracts.Tests;

public class EventsDocumentTests
{
    private const string Everybody = "every process, for its memory";

    private static readonly string[] Services = ["share-registry", "recipient-auth", "cdf-publisher", "inbound-sync", "audit"];

    private static readonly IReadOnlyList<Row> Rows = ReadRows();

    public static TheoryData<string> Events => ApprovalTests.Events;

    [Theory]
    [MemberData(nameof(Events))]
    public void The_row_of_an_event_names_its_owner_and_its_consumers(string name)
    {
        var contract = ContractTypes.Events.Single(t => t.FullName == name);

        var row = Rows.Where(r => r.Event == contract.Name).ShouldHaveSingleItem($"docs/events.md needs one row for {contract.Name}");

        row.Owner.ShouldBe(ContractTypes.OwnerOf(contract));
        row.Consumers.ShouldBe(ConsumersOf(contract), $"docs/events.md and EventRouting disagree about {contract.Name}");
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void The_key_of_an_event_is_made_of_its_members(string name)
    {
        var contract = ContractTypes.Events.Single(t => t.FullName == name);
        var row = Rows.Single(r => r.Event == contract.Name);

        row.Key.Split(", ").ShouldAllBe(member => contract.GetProperties().Any(p => ContractTypes.IsRequired(p) && $"`{p.Name}`" == member));
        row.Ordering.ShouldNotBeEmpty();
        if (contract.GetProperty("Revision") is not null)
            row.Ordering.ShouldBe("greatest `Revision` counts");
    }

    [Fact]
    public void Every_row_is_of_an_event() => Rows.Select(r => r.Event).ShouldBe(ContractTypes.Events.Select(t => t.Name), ignoreOrder: true);

    [Fact]
    public void Every_queue_takes_in_an_event_for_a_service() =>
        EventRouting.All.ShouldAllBe(r =>
            ContractTypes.Events.Contains(r.EventType) && Services.Any(s => r.Queue.StartsWith(s + "-", StringComparison.Ordinal))
        );

    [Fact]
    public void No_queue_takes_in_two_events() => EventRouting.All.Select(r => r.Queue).ShouldBeUnique();

    private static string ConsumersOf(Type contract)
    {
        var consumers = EventRouting
            .All.Where(r => r.EventType == contract)
            .Select(r => Services.Single(s => r.Queue.StartsWith(s + "-", StringComparison.Ordinal)));
        var names = string.Join(", ", consumers.Distinct().Order(StringComparer.Ordinal));
        return names.Length > 0 ? names : Everybody;
    }

    private static List<Row> ReadRows() =>
        [
            .. File.ReadLines(Path.Combine(Repository.Root, "docs", "events.md"))
                .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
                .Select(line => line.Trim('|', ' ').Split(" | "))
                .Select(cells => new Row(cells[0].Trim('`'), cells[1], cells[2], cells[3], cells[4])),
        ];

    private sealed record Row(string Event, string Owner, string Consumers, string Key, string Ordering);
}
