using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;

namespace Tideway.Contracts.Tests;

public class ApprovalTests
{
    private const string Approve = "TIDEWAY_APPROVE";
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Contracts.Tests", "Approved");

    public static TheoryData<string> Events => [.. ContractTypes.Events.Select(t => t.FullName!)];

    [Theory]
    [MemberData(nameof(Events))]
    public void The_name_and_the_json_of_an_event_are_as_approved(string name)
    {
        var contract = ContractTypes.Events.Single(t => t.FullName == name);
        var file = Path.Combine(Folder, contract.Name + ".json");
        var now = Describe(contract);
        if (Environment.GetEnvironmentVariable(Approve) == "1")
        {
            Directory.CreateDirectory(Folder);
            File.WriteAllText(file, now);
        }

        (File.Exists(file) ? File.ReadAllText(file) : "nothing").ShouldBe(
            now,
            $"""
            {contract.Name} is not what was approved. Messages in the queues, and services of the version before, have the approved form: members are
            only added, and those are nullable or have a default. Where this holds, approve the new form and commit the file:
                {Approve}=1 dotnet run --project tests/Contracts.Tests -- -class {typeof(ApprovalTests).FullName}
            """
        );
    }

    [Fact]
    public void No_approved_file_is_left_without_its_event() =>
        Directory.EnumerateFiles(Folder).Select(Path.GetFileName).ShouldBe(ContractTypes.Events.Select(t => t.Name + ".json"), ignoreOrder: true);

    [Fact]
    public void Events_of_different_services_have_different_names() => ContractTypes.Events.Select(t => t.Name).ShouldBeUnique();

    private static string Describe(Type contract)
    {
        var description = new JsonObject
        {
            ["urn"] = MessageUrn.ForType(contract).ToString(),
            ["full"] = Samples.Full(contract),
            ["minimal"] = Samples.Minimal(contract),
        };
        return description.ToJsonString(Readable).ReplaceLineEndings("\n") + "\n";
    }
}
