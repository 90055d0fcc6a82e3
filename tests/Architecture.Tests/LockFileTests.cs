namespace Tideway.Architecture.Tests;

/// <summary>What is restored is what was reviewed, whatever feed it comes from.</summary>
public class LockFileTests
{
    public static TheoryData<string> Projects => [.. Repository.Projects.Select(project => project.Folder)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_has_a_lock_file_that_names_no_address_and_no_place_on_a_machine(string folder)
    {
        var file = $"{folder}/packages.lock.json";

        Repository.Files("packages.lock.json").ShouldContain(file, "build the project once and commit the file");
        var text = Repository.Read(file);
        text.ShouldNotContain("://");
        text.ShouldNotContain(Repository.Root);
    }
}
