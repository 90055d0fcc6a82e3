namespace Tideway.Architecture.Tests;

public class ImportTests
{
    private static readonly Dictionary<string, string[]> AllowedInLibs = new(StringComparer.Ordinal)
    {
        ["Contracts"] = [],
        ["DeltaSharing.Protocol"] = [],
        ["DuckDb"] = [],
        ["ObjectStorage"] = [],
        ["DeltaLog"] = ["ObjectStorage", "DuckDb"],
        ["DeltaSharing.Client"] = ["DeltaSharing.Protocol"],
        ["DeltaSharing.Tables"] = ["DeltaSharing.Client", "DeltaLog"],
        ["DeltaSharing.Server"] = ["DeltaSharing.Protocol", "DeltaLog", "ObjectStorage", "Hosting"],
        ["Hosting"] = [],
    };

    private static readonly string[] HostPackages =
    [
        "MassTransit",
        "Serilog",
        "OpenTelemetry",
        "StackExchange.Redis",
        "Npgsql",
        "Microsoft.Data.Sqlite",
        "RabbitMQ.Client",
    ];

    public static TheoryData<string> Libs => [.. Repository.Projects.Where(p => p.Area == "libs").Select(p => p.Name)];

    public static TheoryData<string> Services => [.. Repository.Projects.Where(p => p.Area == "services").Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Libs))]
    public void A_library_imports_only_what_the_table_allows(string name)
    {
        AllowedInLibs.ShouldContainKey(name, "a new library needs a row in this table");

        Find(name).References.Except(AllowedInLibs[name]).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void A_service_imports_libraries_and_never_another_service(string name) =>
        Find(name).References.ShouldAllBe(reference => Find(reference).Area == "libs");

    [Fact]
    public void Contracts_has_no_packages() => Find("Contracts").Packages.ShouldBeEmpty();

    [Fact]
    public void Only_hosting_knows_the_bus_the_logs_and_the_databases()
    {
        var others = Repository.Projects.Where(p => p.Area is "libs" or "services" && p.Name != "Hosting");

        others.ShouldAllBe(p => !p.Packages.Any(package => HostPackages.Any(host => package.StartsWith(host, StringComparison.Ordinal))));
    }

    [Fact]
    public void Libraries_know_nothing_of_a_web_server_except_hosting_and_the_protocol_server()
    {
        var libs = Repository.Projects.Where(p => p.Area == "libs" && p.Name is not ("Hosting" or "DeltaSharing.Server"));

        libs.ShouldAllBe(p => !Repository.Read(p.Path).Contains("Microsoft.AspNetCore", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.Read("Tideway.slnx");

        Repository.Projects.ShouldAllBe(p => solution.Contains('"' + p.Path + '"', StringComparison.Ordinal));
    }

    private static Project Find(string name) => Repository.Projects.Single(p => p.Name == name);
}
