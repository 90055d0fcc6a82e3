using System.Text.RegularExpressions;

namespace Tideway.Architecture.Tests;

public partial class ContractTests
{
    public static TheoryData<string> Contracts =>
        [
            .. Repository
                .SourceFiles.Where(path => path.StartsWith("libs/Contracts/", StringComparison.Ordinal) && path.Count(c => c == '/') == 3)
                .Select(path => path["libs/Contracts/".Length..^".cs".Length]),
        ];

    [Theory]
    [MemberData(nameof(Contracts))]
    public void A_contract_is_a_sealed_record_with_init_only_members_and_nothing_else(string contract)
    {
        var source = Repository.Read($"libs/Contracts/{contract}.cs");

        source.ShouldContain($"public sealed record {Path.GetFileName(contract)}");
        Behaviour().IsMatch(source).ShouldBeFalse("a contract has no base type, no attributes and no methods");
    }

    [Theory]
    [MemberData(nameof(Contracts))]
    public void A_contract_lives_in_the_folder_of_the_service_that_publishes_it(string contract)
    {
        var owner = contract.Split('/')[0];

        Repository.Projects.Where(p => p.Area == "services").Select(p => p.Name).ShouldContain(owner);
    }

    [GeneratedRegex(@"record \w+\s*[:(]|^\s*\[|=>|\bset;|\bvoid\b", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Behaviour();
}
