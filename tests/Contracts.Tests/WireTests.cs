using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tideway.Contracts.Tests;

public class WireTests
{
    public static TheoryData<string> Events => ApprovalTests.Events;

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_is_read_back_as_it_was_sent(string name)
    {
        var contract = Find(name);
        var sent = Samples.Full(contract);

        JsonNode.DeepEquals(Samples.Json(Samples.Read(sent, contract)), sent).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void Members_that_a_later_version_added_are_ignored(string name)
    {
        var contract = Find(name);
        var sent = Samples.Full(contract);
        var later = sent.DeepClone().AsObject();
        Extend(later);

        later.Count.ShouldBe(sent.Count + 2);
        JsonNode.DeepEquals(Samples.Json(Samples.Read(later, contract)), sent).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_without_its_optional_members_is_read(string name)
    {
        var contract = Find(name);

        var read = Samples.Read(Samples.Minimal(contract), contract);

        foreach (var property in contract.GetProperties())
        {
            if (ContractTypes.IsRequired(property))
                property.GetValue(read).ShouldNotBeNull();
            else
                property.GetValue(read).ShouldBe(property.PropertyType.IsValueType ? Activator.CreateInstance(property.PropertyType) : null);
        }
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_without_a_required_member_is_refused_so_that_none_is_ever_added(string name)
    {
        var contract = Find(name);
        foreach (var property in contract.GetProperties().Where(ContractTypes.IsRequired))
        {
            var broken = Samples.Full(contract);
            broken.Remove(Samples.JsonName(property)).ShouldBeTrue();

            Should.Throw<JsonException>(() => Samples.Read(broken, contract), property.Name);
        }
    }

    private static Type Find(string name) => ContractTypes.Events.Single(t => t.FullName == name);

    private static void Extend(JsonNode? node)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array)
                Extend(item);
        }
        else if (node is JsonObject json && !json.ContainsKey("Key-1"))
        {
            foreach (var (_, member) in json)
                Extend(member);
            json["unheardOf"] = "text";
            json["unheardOfToo"] = new JsonObject { ["nested"] = new JsonArray(1, 2) };
        }
    }
}
